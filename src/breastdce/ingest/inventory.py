"""Every file of a tree, once, with what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from breastdce.core.workers import in_order, worker_pool
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.dicom.parcel import scan_parcel, unpack
from breastdce.formats.dicom.read import scan_file, unreadable
from breastdce.ingest.copies import resolve_copies
from breastdce.ingest.tree import walk_trees

OnCount = Callable[[int, int], None]
_SMALL_TREE = 4000
"""Below this many files the start of worker processes would cost more than they save."""
_CHUNK = 250
_AHEAD = 4
"""Chunks under way for each worker: none is idle, and few wait."""


def inventory(
    roots: Sequence[Path],
    *,
    jobs: int = 1,
    progress: OnCount | None = None,
) -> list[FileRecord]:
    """One record per file under `roots` (folders of any shape, or files), sorted by path.

    Links are followed to files and folders, but each real file is visited once and loops end.
    What cannot be opened is a record too. Copies of one object are resolved: see `resolve_copies`.

    Parameters
    ----------
    roots
        Folders and files, in any order, overlapping or not.
    jobs
        Processes at most; small trees are scanned in this one.
    progress
        Called with the count of files done and of all files.
    """
    paths, folders = walk_trees(roots)
    records = [_unread(path, why) for path, why in folders]
    total = len(paths) + len(records)
    nameable = [path for path in paths if _has_text_name(path)]
    if len(nameable) < len(paths):
        strange = sorted(set(paths) - set(nameable))
        records += [_unread(path, "the name is not valid UTF-8") for path in strange]
    for record in scan_files(nameable, jobs=jobs):
        records.append(record)
        if progress is not None:
            progress(len(records), total)
    return resolve_copies(sorted(records, key=lambda record: record.path))


def scan_files(paths: Sequence[str], *, jobs: int = 1) -> Iterator[FileRecord]:
    """Scan files in their order, with `jobs` processes at most; small numbers in this one.

    Memory does not depend on how many there are.
    """
    if jobs < 2 or len(paths) < _SMALL_TREE:
        yield from map(scan_file, paths)
        return
    chunks = [paths[first : first + _CHUNK] for first in range(0, len(paths), _CHUNK)]
    with worker_pool(jobs) as pool:
        parcels = in_order(pool, scan_parcel, chunks, ahead=_AHEAD * jobs)
        for chunk, parcel in zip(chunks, parcels, strict=True):
            yield from unpack(parcel, chunk)


def _unread(path: str, why: str) -> FileRecord:
    return unreadable(path.encode("utf-8", "backslashreplace").decode(), why)


def _has_text_name(path: str) -> bool:
    """Whether a name can be stored and shown; bytes of another encoding cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
