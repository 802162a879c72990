"""The header of an MR image, field by field; the tags are those of DICOM PS3.6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.elements import Elements
from breastdce.formats.dicom.encoding import BrokenHeader
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.frames import PER_FRAME, FunctionalGroups, NoGeometry, classic_frame
from breastdce.formats.dicom.header import Frame, Header, OtherObject

T = TypeVar("T")
_SEQUENCE_TYPES = {"GRADIENT": ("GR",), "SPIN": ("SE",), "BOTH": ("SE", "GR")}
"""EchoPulseSequence of enhanced objects to ScanningSequence."""


def build_header(fields: Fields, found: Elements, other: OtherObject) -> Header:
    """Read everything that finding, timing and the sidecar need.

    Raises
    ------
    NoGeometry
        When a slice cannot be placed.
    BrokenHeader, EndedEarly
        When pixels or frames are not described, or the functional groups cannot be parsed.
    """
    groups = FunctionalGroups(found, fields.notes) if PER_FRAME in found.sequences else None
    return Header(
        sop_class_uid=other.sop_class_uid,
        sop_instance_uid=other.sop_instance_uid,
        study_uid=other.study_uid,
        series_uid=other.series_uid,
        frame_of_reference_uid=other.frame_of_reference_uid,
        transfer_syntax_uid=found.transfer_syntax,
        modality="MR",
        patient_id=other.patient_id,
        series_number=other.series_number,
        series_description=other.series_description,
        lossy=FileNote.LOSSY in fields.notes,
        **_exam(fields),
        **_scanner(fields),
        **_sequence(fields, groups),
        **_contrast(fields),
        **_private(fields),
        **_pixels(fields),
        frames=_frames(fields, groups),
    )


def _exam(fields: Fields) -> dict[str, Any]:
    return {
        "identity_removed": fields.text(0x00120062).upper() == "YES",
        "study_date": fields.date(0x00080020),
        "study_time": fields.time(0x00080030),
        "series_time": fields.time(0x00080031),
        "study_description": fields.text(0x00081030),
        "protocol_name": fields.text(0x00181030),
        "trial_time_point_id": fields.text(0x00120050),
        "trial_time_point_description": fields.text(0x00120051),
        "image_type": fields.texts(0x00080008),
        "burned_in": fields.text(0x00280301).upper() == "YES",
        "conversion_type": fields.text(0x00080064),
        "body_part": fields.text(0x00180015),
        "patient_position": fields.text(0x00185100),
    }


def _scanner(fields: Fields) -> dict[str, Any]:
    return {
        "manufacturer": fields.text(0x00080070),
        "model": fields.text(0x00081090),
        "software": fields.text(0x00181020),
        "field_strength": fields.decimal(0x00180087),
    }


def _sequence(fields: Fields, groups: FunctionalGroups | None) -> dict[str, Any]:
    """Pulse sequence, coil and side; enhanced objects keep some of it in their groups."""
    pulse = fields.text(0x00189008).upper()
    first = groups.first if groups is not None else lambda _: fields
    bandwidth = fields.decimal(0x00180095)
    return {
        "laterality": fields.text(0x00200060)
        or fields.text(0x00200062)
        or first(0x00209071).text(0x00209072),
        "scanning_sequence": fields.texts(0x00180020) or _SEQUENCE_TYPES.get(pulse, ()),
        "sequence_variant": fields.texts(0x00180021),
        "scan_options": fields.texts(0x00180022),
        "sequence_name": fields.text(0x00180024),
        "mr_acquisition_type": fields.text(0x00180023),
        "echo_planar": fields.text(0x00189018).upper() == "YES",
        "fat_suppression": fields.text(0x00189025) or first(0x00189115).text(0x00189025),
        "receive_coil": fields.text(0x00181250) or first(0x00189042).text(0x00181250),
        "pixel_bandwidth_hz": first(0x00189006).decimal(0x00180095)
        if bandwidth is None
        else bandwidth,
        "acquisition_duration_s": fields.binary(0x00189073),
    }


def _contrast(fields: Fields) -> dict[str, Any]:
    return {
        "contrast_agent": fields.text(0x00180010),
        "contrast_start_time": fields.time(0x00181042),
        "number_of_temporal_positions": fields.integer(0x00200105),
        "nominal_cardiac_trigger": bool(fields.decimal(0x00181062)),
    }


def _private(fields: Fields) -> dict[str, Any]:
    def number(read: Callable[[int], T | None], group: int, creator: str, element: int) -> T | None:
        tag = fields.private(group, creator, element)
        return None if tag is None else read(tag)

    return {
        "ge_duration_us": number(fields.binary, 0x0019, "GEMS_ACQU_01", 0x5A),
        "ge_locations": number(fields.short, 0x0021, "GEMS_RELA_01", 0x4F),
        "philips_dynamics": number(fields.integer, 0x2001, "Philips Imaging DD 001", 0x81),
        "philips_dynamic_start_s": number(fields.binary, 0x2005, "Philips MR Imaging DD 001", 0xA0),
    }


def _pixels(fields: Fields) -> dict[str, Any]:
    rows, columns = fields.unsigned(0x00280010), fields.unsigned(0x00280011)
    bits = fields.unsigned(0x00280100)
    if not (rows and columns and bits):
        raise BrokenHeader("no rows, columns or bits allocated")
    return {
        "rows": rows,
        "columns": columns,
        "bits_allocated": bits,
        "bits_stored": fields.unsigned(0x00280101) or bits,
        "pixel_representation": fields.unsigned(0x00280103) or 0,
    }


def _frames(fields: Fields, groups: FunctionalGroups | None) -> tuple[Frame, ...]:
    number = fields.integer(0x00280008) or 1
    if groups is not None:
        frames = groups.frames(fields)
        if len(frames) != number:
            raise BrokenHeader("frames and their functional groups differ in number")
        return frames
    if number > 1:
        raise NoGeometry("several frames, and no position for each")
    return (classic_frame(fields),)
