"""SHA256SUMS: a line for every other file of the data set, as `sha256sum -c SHA256SUMS` reads it.

Neither BIDS nor Frictionless has a list over all files; BagIt has, in these same lines, but asks
for a folder of its own. What the exams' provenance knows is taken from there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import Provenance, sha256
from breastdce.formats.atomic import UNFINISHED, write_bytes

Sums = Mapping[Path, tuple[str, int]]
"""File to SHA-256 and size in bytes."""
Read = Callable[[Path], str]
_LINE = re.compile(r"([0-9a-f]{64})  ([^\\\n]+)")


def sum_of(content: bytes) -> tuple[str, int]:
    """SHA-256 and size of a file with this content."""
    return hashlib.sha256(content).hexdigest(), len(content)


def sums_of_files(root: Path, records: Iterable[Provenance], read: Read = sha256) -> Sums:
    """Every file of a data set but SHA256SUMS itself, in order of path.

    Parameters
    ----------
    records
        Provenance of the exams, whose files are not read again.
    read
        Gives the SHA-256 of any other file.
    """
    known = _of_exams(root, records)
    return {
        path: (known.get(path) or read(path), path.stat().st_size) for path in sorted(_files(root))
    }


def write_checksum_list(root: Path, sums: Sums) -> None:
    """Write SHA256SUMS."""
    lines = [f"{sha}  {path.relative_to(root).as_posix()}\n" for path, (sha, _) in sums.items()]
    write_bytes(layout.checksum_list(root), "".join(lines).encode())


def read_checksum_list(root: Path) -> dict[Path, str]:
    """File to SHA-256.

    Raises
    ------
    ValueError
        SHA256SUMS is not such a list.
    OSError
        It cannot be read.
    """
    found: dict[Path, str] = {}
    for line in layout.checksum_list(root).read_bytes().decode().splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a checksum and a path: {line[:80]}")
        if ".." in Path(match.group(2)).parts or Path(match.group(2)).is_absolute():
            raise ValueError(f"a path that leads elsewhere: {line[:80]}")
        found[root / match.group(2)] = match.group(1)
    return found


def _of_exams(root: Path, records: Iterable[Provenance]) -> dict[Path, str]:
    return {
        layout.exam_folder(root, ExamId.parse(record.exam_id)) / name: digest
        for record in records
        for name, digest in record.files.items()
    }


def _files(root: Path) -> Iterator[Path]:
    """Files under `root` but store and review, what is unfinished, and the list itself.

    The ledger of a review grows while readers work, and has a chain of checksums of its own.
    """
    for top in root.iterdir():
        if top in (layout.store(root), layout.review(root)):
            continue
        for path in top.rglob("*") if top.is_dir() and not top.is_symlink() else (top,):
            ours = path.is_file() and not path.name.startswith(UNFINISHED)
            if ours and path != layout.checksum_list(root):
                yield path
