"""One file, one record: what it is, and for an MR image what finding and timing need.

Never raises, never hangs, keeps no pixel.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from msgspec.structs import replace

from breastdce.core.codes import FileCode, FileNote
from breastdce.formats.dicom.codec import can_decode
from breastdce.formats.dicom.elements import NATIVE, Elements, walk
from breastdce.formats.dicom.encoding import UNDEFINED, BrokenHeader, Cursor, EndedEarly
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.frames import NoGeometry
from breastdce.formats.dicom.header import FileRecord, Header, OtherObject
from breastdce.formats.dicom.mr_image import build_header
from breastdce.formats.dicom.notes import notes_of
from breastdce.formats.dicom.sniff import sniff

_DICOMDIR = b"1.2.840.10008.1.3.10"
_DIRECTORY_RECORDS = 0x00041220
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_MR_CLASSES = ("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1")
_NO_IMAGE_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.4.2",  # MR spectroscopy
    "1.2.840.10008.5.1.4.1.1.9.",  # waveforms
    "1.2.840.10008.5.1.4.1.1.11.",  # presentation states
    "1.2.840.10008.5.1.4.1.1.66",  # raw data, registrations, fiducials (segmentations come first)
    "1.2.840.10008.5.1.4.1.1.88.",  # structured reports, key object selections
    "1.2.840.10008.5.1.4.1.1.104.",  # encapsulated documents
    "1.2.840.10008.5.1.4.1.1.481.3",  # structure set
    "1.2.840.10008.5.1.4.1.1.481.4",  # treatment records, plans
    "1.2.840.10008.5.1.4.1.1.481.5",
    "1.2.840.10008.5.1.4.1.1.481.8",
    "1.2.840.10008.5.1.4.1.1.481.9",
    "1.2.840.10008.5.1.4.34.",  # plans and procedure steps of the second generation
    "1.3.12.2.1107.5.9.1",  # Siemens' private object without pixels
)
_OTHER: Mapping[str, tuple[Callable[[Fields, int], Any], int]] = {
    "sop_class_uid": (Fields.text, 0x00080016),
    "study_uid": (Fields.text, 0x0020000D),
    "series_uid": (Fields.text, 0x0020000E),
    "frame_of_reference_uid": (Fields.text_or_none, 0x00200052),
    "modality": (Fields.text, 0x00080060),
    "patient_id": (Fields.text, 0x00100020),
    "series_number": (Fields.integer, 0x00200011),
    "series_description": (Fields.text, 0x0008103E),
    "number_of_frames": (Fields.integer, 0x00280008),
}
"""Fields of an `OtherObject` that those of a series share: how they are read, and their tags."""
_OTHER_TAGS = tuple(tag for _, tag in _OTHER.values())
_MOST_SERIES = 512


class _Verdict(Exception):
    """Carries a code up; nothing went wrong."""

    def __init__(self, code: FileCode, detail: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def scan_file(path: Path | str) -> FileRecord:
    """Say what a file is; see `FileRecord`.

    Any bytes give a record. Small blocks of the file are in memory, one at a time; of a deflated
    object no more than 256 MB are inflated.
    """
    name = str(path)  # pathlib's own calls would cost as much as parsing
    try:
        before = os.stat(name)  # noqa: PTH116
        if not stat.S_ISREG(before.st_mode):  # a pipe or a device would block for ever
            return _record(name, before, FileCode.UNREADABLE, detail="not a regular file")
        with open(name, "rb", buffering=0) as file:  # noqa: PTH123
            record = _scan(name, before, file)
            after = os.fstat(file.fileno())
    except OSError as error:
        return unreadable(name, type(error).__name__)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        return _record(name, after, FileCode.TRUNCATED, detail="the file changed while it was read")
    return record


def unreadable(path: str, why: str) -> FileRecord:
    """Record of a file or folder that cannot be opened; `why` is in words of ours."""
    return FileRecord(path=path, size_bytes=0, mtime_ns=0, code=FileCode.UNREADABLE, detail=why)


def _record(path: str, status: os.stat_result, code: FileCode, **more: Any) -> FileRecord:
    return FileRecord(
        path=path, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns, code=code, **more
    )


def _scan(path: str, status: os.stat_result, file: BinaryIO) -> FileRecord:
    cursor = Cursor(file, status.st_size)
    try:
        code = sniff(cursor)
        if code is not None:
            return _record(path, status, code)
        found = walk(cursor, cursor.size)
    except (BrokenHeader, EndedEarly) as error:
        return _record(path, status, FileCode.NOT_DICOM, detail=str(error))
    fields = Fields(found.values, found.encoding.little, notes_of(found))
    other = _other(fields, found)
    header, code, detail = _judge(fields, found, other)
    return _record(
        path,
        status,
        code,
        notes=tuple(sorted(fields.notes)),
        detail=detail,
        header=header,
        other=None if header is not None else other,
    )


def _judge(
    fields: Fields, found: Elements, other: OtherObject
) -> tuple[Header | None, FileCode, str]:
    try:
        _refuse_incomplete(found, other)
        _refuse_other_objects(found, other)
        header = build_header(fields, found, other)
        _check_pixels(header, fields, found)
    except _Verdict as verdict:
        return None, verdict.code, verdict.detail
    except NoGeometry as error:
        return None, FileCode.NO_GEOMETRY, str(error)
    except (BrokenHeader, EndedEarly) as error:
        return None, FileCode.HEADER_BROKEN, str(error)
    return header, FileCode.OK, ""


def _other(fields: Fields, found: Elements) -> OtherObject:
    raw = tuple(map(fields.values.get, _OTHER_TAGS))
    shared, notes = _shared_other(raw)
    fields.notes.update(notes)
    stated = shared.sop_class_uid or Fields(found.meta, little=True).text(0x00020002)
    return replace(shared, sop_class_uid=stated, sop_instance_uid=fields.text(0x00080018))


@lru_cache(_MOST_SERIES)
def _shared_other(raw: tuple[bytes | None, ...]) -> tuple[OtherObject, frozenset[FileNote]]:
    """Read what objects of a series share from raw values, in the order of `_OTHER_TAGS`."""
    values = {tag: value for tag, value in zip(_OTHER_TAGS, raw, strict=True) if value is not None}
    fields = Fields(values, little=True)  # texts only
    read = {name: kind(fields, tag) for name, (kind, tag) in _OTHER.items()}
    return OtherObject(**read), frozenset(fields.notes)


def _refuse_incomplete(found: Elements, other: OtherObject) -> None:
    stated = found.meta.get(0x00020002, b"").rstrip(b"\0")
    if stated == _DICOMDIR or _DIRECTORY_RECORDS in found.sequences:
        raise _Verdict(FileCode.DICOMDIR)
    if found.truncated:
        raise _Verdict(FileCode.TRUNCATED, "the header ends early")
    uids = (other.sop_class_uid, other.sop_instance_uid, other.study_uid, other.series_uid)
    if not all(uids):
        if found.broken:
            raise _Verdict(FileCode.HEADER_BROKEN, found.broken)
        raise _Verdict(FileCode.NO_UID)


def _refuse_other_objects(found: Elements, other: OtherObject) -> None:
    if other.sop_class_uid == _SEGMENTATION or other.modality == "SEG":
        raise _Verdict(FileCode.SEGMENTATION)
    if other.sop_class_uid.startswith(_NO_IMAGE_CLASSES):
        raise _Verdict(FileCode.NOT_IMAGE)
    is_mr = other.modality == "MR" or (not other.modality and other.sop_class_uid in _MR_CLASSES)
    if not is_mr:
        raise _Verdict(FileCode.NOT_MR, _short(other.modality))
    if found.broken:
        raise _Verdict(FileCode.HEADER_BROKEN, found.broken)
    if found.pixel_length in (None, 0):
        raise _Verdict(FileCode.NO_PIXELS)


def _short(modality: str) -> str:
    """Return a modality that may be printed: DICOM's are two to eight capital letters."""
    good = modality.isascii() and modality.isalpha() and modality.isupper() and len(modality) <= 8
    return modality if good else ""


def _check_pixels(header: Header, fields: Fields, found: Elements) -> None:
    if not found.pixels_complete:
        raise _Verdict(FileCode.TRUNCATED, "the pixel data end early")
    syntax = header.transfer_syntax_uid
    if syntax not in NATIVE and not can_decode(syntax):
        raise _Verdict(FileCode.CODEC_MISSING)
    encapsulated = found.pixel_length == UNDEFINED
    if encapsulated is (syntax in NATIVE):
        raise _Verdict(
            FileCode.HEADER_BROKEN, "pixel data and transfer syntax contradict each other"
        )
    if not encapsulated:
        _check_length(header, fields, found.pixel_length or 0)


def _check_length(header: Header, fields: Fields, length: int) -> None:
    samples = fields.unsigned(0x00280002) or 1
    bits = header.rows * header.columns * samples * len(header.frames) * header.bits_allocated
    needed = (bits + 7) // 8
    if length < needed:
        raise _Verdict(FileCode.TRUNCATED, f"{needed - length} bytes of pixel data are missing")
    if length > needed + needed % 2:
        fields.notes.add(FileNote.PADDING)
