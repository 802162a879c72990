"""Every file of a tree, once, with what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from breastdce.core.workers import worker_pool
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.dicom.read import scan_file, unreadable
from breastdce.ingest.copies import resolve_copies
from breastdce.ingest.tree import walk_trees

OnCount = Callable[[int, int], None]
_SMALL_TREE = 4000
"""Below this many files the start of worker processes would cost more than they save."""
_CHUNK = 250


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
    records += [_unread(p, "the name is not valid UTF-8") for p in paths if not _has_text_name(p)]
    for record in _scan(nameable, jobs):
        records.append(record)
        if progress is not None:
            progress(len(records), total)
    return resolve_copies(sorted(records, key=lambda record: record.path))


def _unread(path: Path, why: str) -> FileRecord:
    return unreadable(str(path).encode("utf-8", "backslashreplace").decode(), why)


def _has_text_name(path: Path) -> bool:
    """Whether a name can be stored and shown; bytes of another encoding cannot."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _scan(paths: Sequence[Path], jobs: int) -> Iterator[FileRecord]:
    if jobs < 2 or len(paths) < _SMALL_TREE:
        yield from map(scan_file, paths)
        return
    with worker_pool(jobs) as pool:
        yield from pool.map(scan_file, paths, chunksize=_CHUNK)
