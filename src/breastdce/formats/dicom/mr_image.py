"""The header of an MR image, field by field; the tags are those of DICOM PS3.6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.elements import Elements
from breastdce.formats.dicom.encoding import BrokenHeader
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.frames import (
    ALIKE_TAGS,
    PER_FRAME,
    FunctionalGroups,
    NoGeometry,
    alike_frame,
    classic_frame,
)
from breastdce.formats.dicom.header import Frame, Header, OtherObject

_SEQUENCE_TYPES = {"GRADIENT": ("GR",), "SPIN": ("SE",), "BOTH": ("SE", "GR")}
"""EchoPulseSequence of enhanced objects to ScanningSequence."""
_PLAIN: Mapping[str, tuple[Callable[[Fields, int], Any], int]] = {
    "study_uid": (Fields.text, 0x0020000D),
    "series_uid": (Fields.text, 0x0020000E),
    "frame_of_reference_uid": (Fields.text_or_none, 0x00200052),
    "patient_id": (Fields.text, 0x00100020),
    "identity_removed": (Fields.is_yes, 0x00120062),
    "study_date": (Fields.date, 0x00080020),
    "study_time": (Fields.time, 0x00080030),
    "series_time": (Fields.time, 0x00080031),
    "series_number": (Fields.integer, 0x00200011),
    "study_description": (Fields.text, 0x00081030),
    "series_description": (Fields.text, 0x0008103E),
    "protocol_name": (Fields.text, 0x00181030),
    "trial_time_point_id": (Fields.text, 0x00120050),
    "trial_time_point_description": (Fields.text, 0x00120051),
    "image_type": (Fields.texts, 0x00080008),
    "burned_in": (Fields.is_yes, 0x00280301),
    "conversion_type": (Fields.text, 0x00080064),
    "body_part": (Fields.text, 0x00180015),
    "patient_position": (Fields.text, 0x00185100),
    "manufacturer": (Fields.text, 0x00080070),
    "model": (Fields.text, 0x00081090),
    "software": (Fields.text, 0x00181020),
    "field_strength": (Fields.decimal, 0x00180087),
    "sequence_variant": (Fields.texts, 0x00180021),
    "scan_options": (Fields.texts, 0x00180022),
    "sequence_name": (Fields.text, 0x00180024),
    "mr_acquisition_type": (Fields.text, 0x00180023),
    "echo_planar": (Fields.is_yes, 0x00189018),
    "acquisition_duration_s": (Fields.binary, 0x00189073),
    "contrast_agent": (Fields.text, 0x00180010),
    "contrast_start_time": (Fields.time, 0x00181042),
    "number_of_temporal_positions": (Fields.integer, 0x00200105),
}
"""Fields that are one element each: how it is read, and its tag."""
_PRIVATE: Mapping[str, tuple[Callable[[Fields, int], Any], tuple[int, str, int]]] = {
    "ge_duration_us": (Fields.binary, (0x0019, "GEMS_ACQU_01", 0x5A)),
    "ge_locations": (Fields.short, (0x0021, "GEMS_RELA_01", 0x4F)),
    "philips_dynamics": (Fields.integer, (0x2001, "Philips Imaging DD 001", 0x81)),
    "philips_dynamic_start_s": (Fields.binary, (0x2005, "Philips MR Imaging DD 001", 0xA0)),
}
"""Likewise of private elements: group, creator, and the element in its block."""
_CARDIAC_INTERVAL = 0x00181062
_LATERALITY, _IMAGE_LATERALITY, _FRAME_LATERALITY = 0x00200060, 0x00200062, 0x00209072
_SCANNING_SEQUENCE, _PULSE_SEQUENCE = 0x00180020, 0x00189008
_SUPPRESSION, _COIL, _BANDWIDTH = 0x00189025, 0x00181250, 0x00180095
_ROWS, _COLUMNS, _ALLOCATED, _STORED, _SIGN = (
    0x00280010,
    0x00280011,
    0x00280100,
    0x00280101,
    0x00280103,
)
_TAGS = (
    *(tag for _, tag in _PLAIN.values()),
    *(_CARDIAC_INTERVAL, _LATERALITY, _IMAGE_LATERALITY, _FRAME_LATERALITY),
    *(_SCANNING_SEQUENCE, _PULSE_SEQUENCE, _SUPPRESSION, _COIL, _BANDWIDTH),
    *(_ROWS, _COLUMNS, _ALLOCATED, _STORED, _SIGN),
    *ALIKE_TAGS,
)
"""Every element that `_shared` and `alike_frame` look at."""
_MOST_SERIES = 512


def build_header(fields: Fields, found: Elements, other: OtherObject) -> Header:
    """Read everything that finding, timing and the sidecar need.

    Raises
    ------
    NoGeometry
        When a slice cannot be placed.
    BrokenHeader, EndedEarly
        When pixels or frames are not described, or the functional groups cannot be parsed.
    """
    if PER_FRAME in found.sequences:
        groups = FunctionalGroups(found, fields.notes)
        shared, frames = _shared(fields, groups), _enhanced_frames(fields, groups)
    else:
        raw = tuple(map(fields.values.get, _TAGS))
        shared, alike, notes = _classic(raw, fields.little)
        fields.notes.update(notes)
        if _frame_count(fields) > 1:
            raise NoGeometry("several frames, and no position for each")
        frames = (classic_frame(fields, alike),)
    return replace(
        shared,
        sop_class_uid=other.sop_class_uid,
        sop_instance_uid=other.sop_instance_uid,
        transfer_syntax_uid=found.transfer_syntax,
        lossy=FileNote.LOSSY in fields.notes,
        **_private(fields),
        frames=frames,
    )


@lru_cache(_MOST_SERIES)
def _classic(
    raw: tuple[bytes | None, ...], little: bool
) -> tuple[Header, Frame | None, frozenset[FileNote]]:
    """Read what the slices of a classic series share from its raw values, in order of `_TAGS`."""
    values = {tag: value for tag, value in zip(_TAGS, raw, strict=True) if value is not None}
    fields = Fields(values, little)
    header, frame = _shared(fields, None), alike_frame(fields)
    return header, frame, frozenset(fields.notes)


def _shared(fields: Fields, groups: FunctionalGroups | None) -> Header:
    """Build a header without what each file has for itself: its UID, slices and syntax."""
    return Header(
        sop_class_uid="",
        sop_instance_uid="",
        transfer_syntax_uid="",
        modality="MR",
        nominal_cardiac_trigger=bool(fields.decimal(_CARDIAC_INTERVAL)),
        **{name: read(fields, tag) for name, (read, tag) in _PLAIN.items()},
        **_sequence(fields, groups),
        **_pixels(fields),
        frames=(),
    )


def _sequence(fields: Fields, groups: FunctionalGroups | None) -> dict[str, Any]:
    """Pulse sequence, coil and side; enhanced objects keep some of it in their groups."""
    pulse = fields.text(_PULSE_SEQUENCE).upper()
    first = groups.first if groups is not None else lambda _: fields
    bandwidth = fields.decimal(_BANDWIDTH)
    return {
        "laterality": fields.text(_LATERALITY)
        or fields.text(_IMAGE_LATERALITY)
        or first(0x00209071).text(_FRAME_LATERALITY),
        "scanning_sequence": fields.texts(_SCANNING_SEQUENCE) or _SEQUENCE_TYPES.get(pulse, ()),
        "fat_suppression": fields.text(_SUPPRESSION) or first(0x00189115).text(_SUPPRESSION),
        "receive_coil": fields.text(_COIL) or first(0x00189042).text(_COIL),
        "pixel_bandwidth_hz": first(0x00189006).decimal(_BANDWIDTH)
        if bandwidth is None
        else bandwidth,
    }


def _private(fields: Fields) -> dict[str, Any]:
    found = {}
    for name, (read, place) in _PRIVATE.items():
        tag = fields.private(*place)
        if tag is not None:
            found[name] = read(fields, tag)
    return found


def _pixels(fields: Fields) -> dict[str, Any]:
    rows, columns, bits = map(fields.unsigned, (_ROWS, _COLUMNS, _ALLOCATED))
    if not (rows and columns and bits):
        raise BrokenHeader("no rows, columns or bits allocated")
    return {
        "rows": rows,
        "columns": columns,
        "bits_allocated": bits,
        "bits_stored": fields.unsigned(_STORED) or bits,
        "pixel_representation": fields.unsigned(_SIGN) or 0,
    }


def _enhanced_frames(fields: Fields, groups: FunctionalGroups) -> tuple[Frame, ...]:
    frames = groups.frames(fields)
    if len(frames) != _frame_count(fields):
        raise BrokenHeader("frames and their functional groups differ in number")
    return frames


def _frame_count(fields: Fields) -> int:
    return fields.integer(0x00280008) or 1
