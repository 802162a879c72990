"""Every file of a tree, once, with what it is."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.dicom.read import scan_file, unreadable
from breastdce.ingest.copies import resolve_copies
from breastdce.ingest.tree import walk_trees

OnCount = Callable[[int, int], None]
_SMALL_TREE = 4000
"""Below this many files the start of worker processes would cost more than they save."""
_CHUNK = 250
_JUDGED = (FileCode.DUPLICATE_FILE, FileCode.UID_CONFLICT)
"""Codes that hang on the other files of a tree."""


def inventory(
    roots: Sequence[Path],
    *,
    jobs: int = 1,
    progress: OnCount | None = None,
    known: Mapping[str, FileRecord] | None = None,
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
    known
        Records of an earlier inventory by path. A file of the same size and time of change is not
        read again.
    """
    paths, folders = walk_trees(roots)
    records = [_unread(path, why) for path, why in folders]
    total = len(paths) + len(records)
    nameable = [path for path in paths if _has_text_name(path)]
    records += [_unread(p, "the name is not valid UTF-8") for p in paths if not _has_text_name(p)]
    kept = [record for path in nameable if (record := _remembered(path, known or {}))]
    records += kept
    skip = {record.path for record in kept}
    for record in _scan([path for path in nameable if str(path) not in skip], jobs):
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


def _remembered(path: Path, known: Mapping[str, FileRecord]) -> FileRecord | None:
    record = known.get(str(path))
    if record is None or record.code in _JUDGED:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    same = (status.st_size, status.st_mtime_ns) == (record.size_bytes, record.mtime_ns)
    return record if same else None


def _scan(paths: Sequence[Path], jobs: int) -> Iterator[FileRecord]:
    if jobs < 2 or len(paths) < _SMALL_TREE:
        yield from map(scan_file, paths)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(scan_file, paths, chunksize=_CHUNK)
