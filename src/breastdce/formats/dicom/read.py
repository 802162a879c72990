"""One file, one record: what it is, and for an MR image what finding and timing need.

Never raises, never hangs, keeps no pixel; the tags are those of DICOM PS3.6.
"""

from __future__ import annotations

import codecs
import stat
from functools import lru_cache
from pathlib import Path
from typing import Any

from breastdce.core.codes import FileCode, FileNote
from breastdce.formats.dicom.elements import (
    UNDEFINED,
    BrokenHeader,
    Elements,
    EndedEarly,
    walk,
)
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.frames import PER_FRAME, FunctionalGroups, NoGeometry, classic_frame
from breastdce.formats.dicom.header import FileRecord, Frame, Header, OtherObject
from breastdce.formats.dicom.sniff import sniff

_DICOMDIR = "1.2.840.10008.1.3.10"
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_MR_CLASSES = ("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1")
_NO_IMAGE_CLASSES = (
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
)
_LOSSY_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 81, 91, 93, 100, 101, 102, 103, 203)
)
_NATIVE_SYNTAXES = frozenset(f"1.2.840.10008.1.2{ending}" for ending in ("", ".1", ".2", ".1.99"))
_CHARSETS = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk", "ISO_IR 13": "shift_jis"}
_TEXT_TAGS = (0x00100010, 0x00081030, 0x0008103E, 0x00180015, 0x00080080)


class _Verdict(Exception):
    """Carries a code up; nothing went wrong."""

    def __init__(self, code: FileCode, detail: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def scan_file(path: Path) -> FileRecord:
    """Say what a file is; see `FileRecord`.

    Any bytes give a record. At most one small block of the file is in memory at a time, deflated
    and enhanced objects apart.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device would block for ever
            return _record(path, status, FileCode.UNREADABLE, detail="not a regular file")
        with path.open("rb") as file:
            code = sniff(file, status.st_size)
            if code is not None:
                return _record(path, status, code)
            try:
                found = walk(file, status.st_size)
            except (BrokenHeader, EndedEarly) as error:
                return _record(path, status, FileCode.NOT_DICOM, detail=str(error))
        return _judge(path, status, found)
    except OSError as error:
        return FileRecord(
            path=str(path),
            size_bytes=0,
            mtime_ns=0,
            code=FileCode.UNREADABLE,
            detail=type(error).__name__,
        )


def _record(path: Path, status: Any, code: FileCode, **more: Any) -> FileRecord:
    return FileRecord(
        path=str(path), size_bytes=status.st_size, mtime_ns=status.st_mtime_ns, code=code, **more
    )


def _judge(path: Path, status: Any, found: Elements) -> FileRecord:
    fields = Fields(found.values.get, found.little, _notes(found))
    other = _other(fields, found)
    header, code, detail = None, FileCode.OK, ""
    try:
        _refuse_other_objects(found, other)
        header = _header(path, fields, found, other)
        _check_pixels(header, fields, found)
    except _Verdict as verdict:
        code, detail, header = verdict.code, verdict.detail, None
    except NoGeometry as error:
        code, detail, header = FileCode.NO_GEOMETRY, str(error), None
    return _record(
        path,
        status,
        code,
        notes=tuple(sorted(fields.notes)),
        detail=detail,
        header=header,
        other=None if header is not None else other,
    )


def _notes(found: Elements) -> set[FileNote]:
    notes = set()
    if not found.preamble:
        notes.add(FileNote.NO_PREAMBLE)
    if found.guessed or 0x00020000 not in found.meta:
        notes.add(FileNote.NO_META)
    if found.padded:
        notes.add(FileNote.PADDING)
    if not _charset_holds(found):
        notes.add(FileNote.CHARSET)
    if found.transfer_syntax in _LOSSY_SYNTAXES or found.values.get(0x00282110, b"")[:2] == b"01":
        notes.add(FileNote.LOSSY)
    return notes


def _charset_holds(found: Elements) -> bool:
    """Whether the character set is one that Python knows and the texts can be decoded with it."""
    if 0x00080005 not in found.values:
        return True
    terms = found.values[0x00080005].decode("latin-1").strip(" \0").split("\\")
    if terms == [""]:
        return False
    codec = _CHARSETS.get(terms[-1].strip())
    if codec is None:
        return True  # one byte per character, or escape sequences: nothing can be disproved
    try:
        for tag in _TEXT_TAGS:
            codecs.decode(found.values.get(tag, b""), codec)
    except UnicodeDecodeError:
        return False
    return True


def _other(fields: Fields, found: Elements) -> OtherObject:
    meta = Fields(found.meta.get, little=True)
    return OtherObject(
        sop_class_uid=fields.text(0x00080016) or meta.text(0x00020002),
        sop_instance_uid=fields.text(0x00080018),
        study_uid=fields.text(0x0020000D),
        series_uid=fields.text(0x0020000E),
        frame_of_reference_uid=fields.text(0x00200052) or None,
        modality=fields.text(0x00080060),
        patient_id=fields.text(0x00100020),
        series_number=fields.integer(0x00200011),
        series_description=fields.text(0x0008103E),
        number_of_frames=fields.integer(0x00280008),
    )


def _refuse_other_objects(found: Elements, other: OtherObject) -> None:
    if found.meta.get(0x00020002, b"").rstrip(b"\0") == _DICOMDIR.encode():
        raise _Verdict(FileCode.DICOMDIR)
    if found.truncated:
        raise _Verdict(FileCode.TRUNCATED, "the header ends early")
    if not (other.sop_instance_uid and other.study_uid and other.series_uid):
        raise _Verdict(FileCode.NO_UID)
    if not other.sop_class_uid:
        raise _Verdict(FileCode.NO_UID, "no SOP class")
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
    return modality if modality.isascii() and modality.isupper() and len(modality) <= 8 else ""


def _header(path: Path, fields: Fields, found: Elements, other: OtherObject) -> Header:
    groups = FunctionalGroups(path, fields.notes) if PER_FRAME in found.sequences else None
    frames = groups.frames(fields) if groups is not None else (classic_frame(fields),)
    if not frames:
        raise NoGeometry("no frame")
    sizes = [fields.unsigned(tag) for tag in (0x00280010, 0x00280011, 0x00280100)]
    if not all(sizes):
        raise _Verdict(FileCode.HEADER_BROKEN, "no rows, columns or bits allocated")
    rows, columns, bits = (size or 0 for size in sizes)
    pulse = fields.text(0x00189008)
    return Header(
        sop_class_uid=other.sop_class_uid,
        sop_instance_uid=other.sop_instance_uid,
        study_uid=other.study_uid,
        series_uid=other.series_uid,
        frame_of_reference_uid=other.frame_of_reference_uid,
        transfer_syntax_uid=found.transfer_syntax,
        modality="MR",
        patient_id=other.patient_id,
        identity_removed=fields.text(0x00120062).upper() == "YES",
        study_date=fields.date(0x00080020),
        study_time=fields.time(0x00080030),
        series_time=fields.time(0x00080031),
        series_number=other.series_number,
        study_description=fields.text(0x00081030),
        series_description=other.series_description,
        protocol_name=fields.text(0x00181030),
        trial_time_point_id=fields.text(0x00120050),
        trial_time_point_description=fields.text(0x00120051),
        manufacturer=fields.text(0x00080070),
        model=fields.text(0x00081090),
        software=fields.text(0x00181020),
        field_strength=fields.decimal(0x00180087),
        image_type=fields.texts(0x00080008),
        burned_in=fields.text(0x00280301).upper() == "YES",
        lossy=FileNote.LOSSY in fields.notes,
        body_part=fields.text(0x00180015),
        laterality=fields.text(0x00200060)
        or fields.text(0x00200062)
        or (groups.laterality() if groups is not None else ""),
        patient_position=fields.text(0x00185100),
        scanning_sequence=fields.texts(0x00180020) or _sequence_type(pulse),
        sequence_variant=fields.texts(0x00180021),
        scan_options=fields.texts(0x00180022),
        sequence_name=fields.text(0x00180024),
        mr_acquisition_type=fields.text(0x00180023),
        echo_planar=fields.text(0x00189018).upper() == "YES",
        fat_suppression=fields.text(0x00189025)
        or (groups.fat_suppression() if groups is not None else ""),
        receive_coil=fields.text(0x00181250),
        pixel_bandwidth_hz=fields.decimal(0x00180095),
        acquisition_duration_s=fields.binary(0x00189073),
        contrast_agent=fields.text(0x00180010),
        contrast_start_time=fields.time(0x00181042),
        number_of_temporal_positions=fields.integer(0x00200105),
        nominal_cardiac_trigger=bool(fields.decimal(0x00181062)),
        ge_duration_us=_private_number(fields, 0x0019, "GEMS_ACQU_01", 0x5A),
        ge_locations=_whole(_private_number(fields, 0x0021, "GEMS_RELA_01", 0x4F)),
        philips_dynamics=_whole(_private_number(fields, 0x2001, "Philips Imaging DD 001", 0x81)),
        philips_dynamic_start_s=_private_number(fields, 0x2005, "Philips MR Imaging DD 001", 0xA0),
        rows=rows,
        columns=columns,
        bits_allocated=bits,
        bits_stored=fields.unsigned(0x00280101) or bits,
        pixel_representation=fields.unsigned(0x00280103) or 0,
        frames=frames,
    )


def _sequence_type(pulse: str) -> tuple[str, ...]:
    """Return the classic term for an enhanced object's EchoPulseSequence."""
    terms = {"GRADIENT": ("GR",), "SPIN": ("SE",), "BOTH": ("SE", "GR")}
    return terms.get(pulse.upper(), ())


def _private_number(fields: Fields, group: int, creator: str, element: int) -> float | None:
    tag = fields.private(group, creator, element)
    return None if tag is None else fields.binary(tag)


def _whole(value: float | None) -> int | None:
    return None if value is None or value != int(value) else int(value)


def _check_pixels(header: Header, fields: Fields, found: Elements) -> None:
    if not found.pixels_complete:
        raise _Verdict(FileCode.TRUNCATED, "the pixel data end early")
    if found.pixel_length not in (None, UNDEFINED):
        _check_length(header, fields, found.pixel_length or 0)
    elif not _can_decode(header.transfer_syntax_uid):
        raise _Verdict(FileCode.CODEC_MISSING)


def _check_length(header: Header, fields: Fields, length: int) -> None:
    samples = fields.unsigned(0x00280002) or 1
    frames: tuple[Frame, ...] = header.frames
    bits = header.rows * header.columns * samples * len(frames) * header.bits_allocated
    needed = (bits + 7) // 8
    if length < needed:
        raise _Verdict(FileCode.TRUNCATED, f"{needed - length} bytes of pixel data are missing")
    if length > needed + needed % 2:
        fields.notes.add(FileNote.PADDING)


@lru_cache
def _can_decode(transfer_syntax_uid: str) -> bool:
    if transfer_syntax_uid in _NATIVE_SYNTAXES:
        return True
    from pydicom.pixels.decoders.base import get_decoder

    try:
        return bool(get_decoder(transfer_syntax_uid).is_available)
    except NotImplementedError:
        return False
