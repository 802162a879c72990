"""Bring the card, its metadata and the checksums of a data set up to date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.dataset import layout
from breastdce.dataset.card import Origin, card_files, read_origin, write_card
from breastdce.dataset.checksum_list import sum_of, sums_of_files, write_checksum_list
from breastdce.dataset.provenance import Provenance, read_exams, sha256
from breastdce.dataset.publication import offer_publication
from breastdce.formats.atomic import write_bytes
from breastdce.run.paths import WorkPaths


class FileSums:
    """SHA-256 of files, remembered between runs by path, size and modification time.

    Exams' files are known from their provenance; this is for the rest, of which the report's pages
    are the bulk.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._known = _recall(WorkPaths(out).sums)
        self._used: dict[str, tuple[int, int, str]] = {}

    def of(self, path: Path) -> str:
        """64 hex digits."""
        stat, name = path.stat(), path.relative_to(self._out).as_posix()
        size, time, digest = self._known.get(name, (-1, 0, ""))
        if (size, time) != (stat.st_size, stat.st_mtime_ns):
            digest = sha256(path)
        self._used[name] = stat.st_size, stat.st_mtime_ns, digest
        return digest

    def remember(self) -> None:
        """Write down what was asked for; the rest is forgotten."""
        if self._used != self._known:
            write_bytes(WorkPaths(self._out).sums, msgspec.msgpack.encode(self._used))


def renew_card(
    out: Path, origin: Origin | None = None, records: Sequence[Provenance] | None = None
) -> None:
    """Write the card from what is in the data set, and the checksums of all of it last.

    README.md and CITATION.cff that somebody has edited are left alone.

    Parameters
    ----------
    origin
        What made the data set; as dataset_description.json says where it is not given.
    records
        Provenance of the exams, where it has been read.

    Raises
    ------
    InputError
        TABLE_INVALID when a table or a record cannot be read; PUBLICATION_INVALID.
    """
    origin = origin or read_origin(out)
    if origin is None:
        raise InputError(ErrorCode.TABLE_INVALID, evidence={"file": layout.description(out).name})
    records = read_exams(out) if records is None else records
    offer_publication(out)
    memory = FileSums(out)
    sums = dict(sums_of_files(out, records, memory.of))
    files = card_files(out, origin, records, sums)
    write_card(files)
    sums |= {path: sum_of(path.read_bytes()) for path in files}
    write_checksum_list(out, {path: sums[path] for path in sorted(sums) if path.exists()})
    memory.remember()


def _recall(memory: Path) -> dict[str, tuple[int, int, str]]:
    try:
        return msgspec.msgpack.decode(memory.read_bytes(), type=dict[str, tuple[int, int, str]])
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}
