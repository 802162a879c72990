"""Bring the card, its metadata and the checksums of a data set up to date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.dataset import layout
from breastdce.dataset.card import Origin, card_files, read_origin, write_card
from breastdce.dataset.checksum_list import sums_of_files, write_checksum_list
from breastdce.dataset.provenance import Provenance, sha256
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


def renew_metadata(out: Path, records: Sequence[Provenance], origin: Origin | None = None) -> None:
    """Write what tells of the data set: README.md, citation, descriptions of its tables.

    README.md and CITATION.cff that somebody has edited are left alone.

    Parameters
    ----------
    records
        Provenance of the exams.
    origin
        What made the data set; as dataset_description.json says where it is not given.

    Raises
    ------
    InputError
        TABLE_INVALID when a table cannot be read; PUBLICATION_INVALID.
    """
    origin = origin or read_origin(out)
    if origin is None:
        raise InputError(ErrorCode.TABLE_INVALID, evidence={"file": layout.description(out).name})
    offer_publication(out)
    memory = FileSums(out)
    write_card(card_files(out, origin, records, sums_of_files(out, records, memory.of)))
    memory.remember()


def renew_checksums(out: Path, records: Sequence[Provenance]) -> None:
    """Write SHA256SUMS over everything else, so this is the last that is written."""
    memory = FileSums(out)
    write_checksum_list(out, sums_of_files(out, records, memory.of))
    memory.remember()


def _recall(memory: Path) -> dict[str, tuple[int, int, str]]:
    try:
        return msgspec.msgpack.decode(memory.read_bytes(), type=dict[str, tuple[int, int, str]])
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}
