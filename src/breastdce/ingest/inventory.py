"""Every file of a tree, once, with what it is."""

from __future__ import annotations

import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.content import same_content
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.dicom.read import scan_file

OnCount = Callable[[int, int], None]
_SMALL_TREE = 4000
"""Below this many files the start of worker processes would cost more than they save."""
_CHUNK = 250


def inventory(
    roots: Sequence[Path], *, jobs: int = 1, progress: OnCount | None = None
) -> list[FileRecord]:
    """One record per file under `roots` (folders of any shape, or files), sorted by path.

    Links are followed to files and folders, but each real file is visited once and loops end.
    What cannot be opened is a record too. Copies of one object are resolved: see `resolve_copies`.
    """
    paths, unreadable = _walk(roots)
    records = list(unreadable)
    for record in _scan(paths, jobs):
        records.append(record)
        if progress is not None:
            progress(len(records), len(paths) + len(unreadable))
    return resolve_copies(sorted(records, key=lambda record: record.path))


def resolve_copies(records: Sequence[FileRecord]) -> list[FileRecord]:
    """Mark files that share a SOP instance UID.

    Of several with the same data set (in whatever encoding) the first stays and the others are
    DUPLICATE_FILE. Where contents differ nobody can say which is right: the first of each content
    is UID_CONFLICT, so that none is used.
    """
    by_uid: dict[str, list[FileRecord]] = defaultdict(list)
    for record in records:
        by_uid[_uid(record)].append(record)
    changed: dict[str, FileRecord] = {}
    for uid, same in by_uid.items():
        if uid and len(same) > 1:
            changed.update((record.path, record) for record in _judge_copies(same))
    return [changed.get(record.path, record) for record in records]


def _judge_copies(same: list[FileRecord]) -> list[FileRecord]:
    contents: list[list[FileRecord]] = []
    for record in same:
        for content in contents:
            if same_content(Path(content[0].path), Path(record.path)):
                content.append(record)
                break
        else:
            contents.append([record])
    detail = f"{len(same)} files, {len(contents)} contents"
    judged = [_out(copy, FileCode.DUPLICATE_FILE, detail) for c in contents for copy in c[1:]]
    if len(contents) > 1:
        judged += [_out(content[0], FileCode.UID_CONFLICT, detail) for content in contents]
    return judged


def _out(record: FileRecord, code: FileCode, detail: str) -> FileRecord:
    return replace(record, code=code, detail=detail)


def _uid(record: FileRecord) -> str:
    """SOP instance UID of what would be used: images and segmentations."""
    if record.code is FileCode.OK and record.header is not None:
        return record.header.sop_instance_uid
    if record.code is FileCode.SEGMENTATION and record.other is not None:
        return record.other.sop_instance_uid
    return ""


def _walk(roots: Sequence[Path]) -> tuple[list[Path], list[FileRecord]]:
    seen: set[tuple[int, int]] = set()
    unreadable: list[FileRecord] = []
    paths: list[Path] = []
    for root in roots:
        start = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would rename linked roots
        found = _files(start, seen, unreadable) if start.is_dir() else iter((start,))
        paths += [path for path in found if _is_new(path, seen)]
    return sorted(paths), unreadable


def _files(root: Path, seen: set[tuple[int, int]], unreadable: list[FileRecord]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        unreadable.append(_unreadable(str(error.filename), type(error).__name__))

    for folder, subfolders, names in os.walk(root, followlinks=True, onerror=refuse):
        here = Path(folder)
        # A folder that was visited, through a link or a loop of links, is not visited again.
        subfolders[:] = sorted(name for name in subfolders if _is_new(here / name, seen))
        for name in sorted(names):
            yield here / name


def _is_new(path: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether the file or folder behind `path` is met for the first time."""
    try:
        status = path.stat()
    except OSError:
        return True  # a broken link, say: scanning it will tell
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True


def _scan(paths: Sequence[Path], jobs: int) -> Iterator[FileRecord]:
    if jobs < 2 or len(paths) < _SMALL_TREE:
        yield from map(scan_file, paths)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(scan_file, paths, chunksize=_CHUNK)


def _unreadable(path: str, why: str) -> FileRecord:
    return FileRecord(path=path, size_bytes=0, mtime_ns=0, code=FileCode.UNREADABLE, detail=why)
