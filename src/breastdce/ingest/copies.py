"""Files that share a SOP instance UID: copies of one object, or two objects that cannot be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.elements import NATIVE
from breastdce.formats.dicom.header import FileRecord

_DAMAGED = (FileCode.TRUNCATED, FileCode.HEADER_BROKEN, FileCode.NO_PIXELS)


def resolve_copies(records: Sequence[FileRecord]) -> list[FileRecord]:
    """Mark files that share a SOP instance UID, in the order given.

    Of several with the same data set (in whatever encoding) one stays and the others are
    DUPLICATE_FILE. Where contents differ nobody can say which is right: the one that would stay of
    each content is UID_CONFLICT, so that none is used.

    A damaged file keeps its own code and takes no part: an intact copy beside it is good.
    """
    times = Counter(_uid(record) for record in records if record.code not in _DAMAGED)
    shared = {uid for uid, count in times.items() if uid and count > 1}
    by_uid: dict[str, list[FileRecord]] = defaultdict(list)
    for record in records:
        if record.code not in _DAMAGED and _uid(record) in shared:
            by_uid[_uid(record)].append(record)
    changed = {
        record.path: record
        for same in by_uid.values()
        for record in _judge(sorted(same, key=_preference))
    }
    return [changed.get(record.path, record) for record in records]


def _preference(record: FileRecord) -> tuple[bool, bool, int, str]:
    """Which of several copies stays: a usable one, uncompressed, with the plainest name."""
    header = record.header
    compressed = header is not None and header.transfer_syntax_uid not in NATIVE
    return header is None, compressed, len(record.path), record.path


def _uid(record: FileRecord) -> str:
    """SOP instance UID of a DICOM object, whatever it is; empty where there is none."""
    if record.header is not None:
        return record.header.sop_instance_uid
    return record.other.sop_instance_uid if record.other is not None else ""


def _judge(same: list[FileRecord]) -> Iterator[FileRecord]:
    contents = _by_content(same)
    detail = f"{len(same)} files, {len(contents)} contents"
    for first, *copies in contents:
        if len(contents) > 1:
            yield replace(first, code=FileCode.UID_CONFLICT, detail=detail)
        for copy in copies:
            yield replace(copy, code=FileCode.DUPLICATE_FILE, detail=detail)


def _by_content(same: list[FileRecord]) -> list[list[FileRecord]]:
    by_bytes: dict[str, list[FileRecord]] = defaultdict(list)
    for record in same:
        by_bytes[_bytes_name(record)].append(record)
    if len(by_bytes) == 1:
        return list(by_bytes.values())
    contents: dict[str, list[FileRecord]] = defaultdict(list)
    for name, copies in by_bytes.items():
        contents[_content_name(copies[0]) or name] += copies
    return list(contents.values())


def _bytes_name(record: FileRecord) -> str:
    from breastdce.formats.dicom.content import file_digest  # late: copies are rare, pydicom heavy

    try:
        return file_digest(Path(record.path))
    except OSError:
        return record.path  # vanished since the scan: like nothing else


def _content_name(record: FileRecord) -> str | None:
    from breastdce.formats.dicom.content import content_digest

    try:
        return content_digest(Path(record.path))
    except OSError:
        return None
