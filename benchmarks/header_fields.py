"""What pydicom gives for each field of a scanned header: a table of its own, not the parser's.

The names are those of `Header` and `Frame` in `breastdce.formats.dicom.header`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from breastdce.formats.dicom.header import FileRecord

BLANKS = " \0\r\n\t"
Convert = Callable[[Any], object]


def _parts(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (MultiValue, list, tuple)) else [value]


def _text(value: object) -> str:
    return "\\".join(map(str, _parts(value))).strip(BLANKS)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(part).strip() for part in _parts(value))


def _or_none(value: object) -> str | None:
    return _text(value) or None


def _number(value: object) -> float | None:
    parts = _parts(value)
    return float(parts[0]) if parts else None  # type: ignore[arg-type]


def _integer(value: object) -> object:
    parts = _parts(value)
    try:
        return int(parts[0]) if parts else None  # type: ignore[call-overload]
    except ValueError:
        return parts[0]  # pydicom leaves it as it is


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(map(float, _parts(value)))  # type: ignore[arg-type]


def _is_yes(value: object) -> bool:
    return _text(value).upper() == "YES"


def _is_not_zero(value: object) -> bool:
    return bool(_number(value))


HEADER: Mapping[str, tuple[str, Convert]] = {
    "sop_class_uid": ("SOPClassUID", _text),
    "sop_instance_uid": ("SOPInstanceUID", _text),
    "study_uid": ("StudyInstanceUID", _text),
    "series_uid": ("SeriesInstanceUID", _text),
    "frame_of_reference_uid": ("FrameOfReferenceUID", _or_none),
    "modality": ("Modality", _text),
    "patient_id": ("PatientID", _text),
    "identity_removed": ("PatientIdentityRemoved", _is_yes),
    "study_date": ("StudyDate", _or_none),
    "study_time": ("StudyTime", _or_none),
    "series_time": ("SeriesTime", _or_none),
    "series_number": ("SeriesNumber", _integer),
    "study_description": ("StudyDescription", _text),
    "series_description": ("SeriesDescription", _text),
    "protocol_name": ("ProtocolName", _text),
    "trial_time_point_id": ("ClinicalTrialTimePointID", _text),
    "trial_time_point_description": ("ClinicalTrialTimePointDescription", _text),
    "manufacturer": ("Manufacturer", _text),
    "model": ("ManufacturerModelName", _text),
    "software": ("SoftwareVersions", _text),
    "field_strength": ("MagneticFieldStrength", _number),
    "image_type": ("ImageType", _texts),
    "burned_in": ("BurnedInAnnotation", _is_yes),
    "conversion_type": ("ConversionType", _text),
    "body_part": ("BodyPartExamined", _text),
    "patient_position": ("PatientPosition", _text),
    "sequence_variant": ("SequenceVariant", _texts),
    "scan_options": ("ScanOptions", _texts),
    "sequence_name": ("SequenceName", _text),
    "mr_acquisition_type": ("MRAcquisitionType", _text),
    "echo_planar": ("EchoPlanarPulseSequence", _is_yes),
    "acquisition_duration_s": ("AcquisitionDuration", _number),
    "contrast_agent": ("ContrastBolusAgent", _text),
    "contrast_start_time": ("ContrastBolusStartTime", _or_none),
    "number_of_temporal_positions": ("NumberOfTemporalPositions", _integer),
    "nominal_cardiac_trigger": ("NominalInterval", _is_not_zero),
    "rows": ("Rows", _integer),
    "columns": ("Columns", _integer),
    "bits_allocated": ("BitsAllocated", _integer),
    "bits_stored": ("BitsStored", _integer),
    "pixel_representation": ("PixelRepresentation", _integer),
}
PRIVATE: Mapping[str, tuple[int, str, int, str]] = {
    "ge_duration_us": (0x0019, "GEMS_ACQU_01", 0x5A, "f"),
    "ge_locations": (0x0021, "GEMS_RELA_01", 0x4F, "h"),
    "philips_dynamics": (0x2001, "Philips Imaging DD 001", 0x81, "text"),
    "philips_dynamic_start_s": (0x2005, "Philips MR Imaging DD 001", 0xA0, "f"),
}
FRAME: Mapping[str, tuple[str, Convert]] = {
    "instance_number": ("InstanceNumber", _integer),
    "position_mm": ("ImagePositionPatient", _numbers),
    "orientation": ("ImageOrientationPatient", _numbers),
    "pixel_spacing_mm": ("PixelSpacing", _numbers),
    "slice_thickness_mm": ("SliceThickness", _number),
    "spacing_between_slices_mm": ("SpacingBetweenSlices", _number),
    "image_type": ("ImageType", _texts),
    "acquisition_number": ("AcquisitionNumber", _integer),
    "temporal_position": ("TemporalPositionIdentifier", _integer),
    "trigger_time_ms": ("TriggerTime", _number),
    "acquisition_date": ("AcquisitionDate", _or_none),
    "acquisition_time": ("AcquisitionTime", _or_none),
    "content_time": ("ContentTime", _or_none),
    "echo_time_ms": ("EchoTime", _number),
    "repetition_time_ms": ("RepetitionTime", _number),
    "inversion_time_ms": ("InversionTime", _number),
    "flip_angle_deg": ("FlipAngle", _number),
    "b_value": ("DiffusionBValue", _number),
    "rescale_slope": ("RescaleSlope", _number),
    "rescale_intercept": ("RescaleIntercept", _number),
}
OTHERS = (
    *("SpecificCharacterSet", "Laterality", "ImageLaterality", "FrameLaterality"),
    *("ScanningSequence", "EchoPulseSequence", "SpectrallySelectedSuppression"),
    *("ReceiveCoilName", "PixelBandwidth", "AcquisitionDateTime", "LossyImageCompression"),
    *("NumberOfFrames", "SamplesPerPixel"),
)
"""Elements that a scan reads too, for fields that have more than one source."""
OTHER: Mapping[str, tuple[str, Convert]] = {
    **{
        name: HEADER[name]
        for name in (
            "sop_class_uid",
            "sop_instance_uid",
            "study_uid",
            "series_uid",
            "frame_of_reference_uid",
            "modality",
            "patient_id",
            "series_number",
            "series_description",
        )
    },
    "number_of_frames": ("NumberOfFrames", _integer),
}
"""Fields of an `OtherObject`."""
KEYWORDS = tuple(
    dict.fromkeys([*(word for word, _ in (*HEADER.values(), *FRAME.values())), *OTHERS])
)
"""Every standard element that a scan of classic images reads."""
_PULSES = {"GRADIENT": ("GR",), "SPIN": ("SE",), "BOTH": ("SE", "GR")}
_FRAME_GROUPS: Mapping[str, tuple[str, str, Convert]] = {
    "position_mm": ("PlanePositionSequence", "ImagePositionPatient", _numbers),
    "orientation": ("PlaneOrientationSequence", "ImageOrientationPatient", _numbers),
    "pixel_spacing_mm": ("PixelMeasuresSequence", "PixelSpacing", _numbers),
    "slice_thickness_mm": ("PixelMeasuresSequence", "SliceThickness", _number),
    "spacing_between_slices_mm": ("PixelMeasuresSequence", "SpacingBetweenSlices", _number),
    "image_type": ("MRImageFrameTypeSequence", "FrameType", _texts),
    "acquisition_number": ("FrameContentSequence", "FrameAcquisitionNumber", _integer),
    "temporal_position": ("FrameContentSequence", "TemporalPositionIndex", _integer),
    "trigger_time_ms": (
        "CardiacSynchronizationSequence",
        "NominalCardiacTriggerDelayTime",
        _number,
    ),
    "echo_time_ms": ("MREchoSequence", "EffectiveEchoTime", _number),
    "repetition_time_ms": ("MRTimingAndRelatedParametersSequence", "RepetitionTime", _number),
    "inversion_time_ms": ("MRModifierSequence", "InversionTimes", _number),
    "flip_angle_deg": ("MRTimingAndRelatedParametersSequence", "FlipAngle", _number),
    "b_value": ("MRDiffusionSequence", "DiffusionBValue", _number),
    "rescale_slope": ("PixelValueTransformationSequence", "RescaleSlope", _number),
    "rescale_intercept": ("PixelValueTransformationSequence", "RescaleIntercept", _number),
}
_STAMP_DATE_LENGTH = 8


def differences(record: FileRecord, data: Dataset) -> dict[str, tuple[object, object]]:
    """Fields of a scanned file to (ours, pydicom's) where they are not equal."""
    if record.header is None:
        return _unequal(record.other, other_of(data))
    found = _unequal(record.header, header_of(data) | {"frames": record.header.frames})
    wanted = frames_of(data)
    if len(wanted) != len(record.header.frames):
        found["frames"] = len(record.header.frames), len(wanted)
    for number, (frame, fields) in enumerate(zip(record.header.frames, wanted, strict=False)):
        found |= {f"{number} {name}": pair for name, pair in _unequal(frame, fields).items()}
    return found


def _unequal(ours: Any, expected: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Compare field by field; a field that is not in the table is unequal to None."""
    names = ours.__struct_fields__
    pairs = {name: (getattr(ours, name), expected.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def header_of(data: Dataset) -> dict[str, object]:
    """Every field of a `Header` but its frames."""
    found = {name: convert(data.get(word)) for name, (word, convert) in HEADER.items()}
    found["transfer_syntax_uid"] = str(data.file_meta.TransferSyntaxUID)
    found["lossy"] = data.get("LossyImageCompression") == "01"
    found["scanning_sequence"] = _texts(data.get("ScanningSequence")) or _PULSES.get(
        _text(data.get("EchoPulseSequence")).upper(), ()
    )
    found["laterality"] = (
        _text(data.get("Laterality"))
        or _text(data.get("ImageLaterality"))
        or _text(_of_first(data, "FrameAnatomySequence", "FrameLaterality"))
    )
    found["fat_suppression"] = _text(
        _of_first(data, "MRModifierSequence", "SpectrallySelectedSuppression")
    )
    found["receive_coil"] = _text(_of_first(data, "MRReceiveCoilSequence", "ReceiveCoilName"))
    found["pixel_bandwidth_hz"] = _number(
        _of_first(data, "MRImagingModifierSequence", "PixelBandwidth")
    )
    return found | {name: _private(data, *place) for name, place in PRIVATE.items()}


def other_of(data: Dataset) -> dict[str, object]:
    """Every field of an `OtherObject`."""
    found = {name: convert(data.get(word)) for name, (word, convert) in OTHER.items()}
    if not found["sop_class_uid"]:
        found["sop_class_uid"] = _text(data.file_meta.get("MediaStorageSOPClassUID"))
    return found


def frames_of(data: Dataset) -> list[dict[str, object]]:
    """Every field of every `Frame`."""
    top = {name: convert(data.get(word)) for name, (word, convert) in FRAME.items()}
    top["index"] = 0
    if top["acquisition_time"] is None:
        date, top["acquisition_time"] = _stamp(data.get("AcquisitionDateTime"))
        top["acquisition_date"] = top["acquisition_date"] or date
    if "PerFrameFunctionalGroupsSequence" not in data:
        return [top]
    return [
        _frame(data, item, top, index)
        for index, item in enumerate(data.PerFrameFunctionalGroupsSequence)
    ]


def _frame(data: Dataset, item: Dataset, top: dict[str, object], index: int) -> dict[str, object]:
    found: dict[str, object] = {"index": index, "instance_number": index + 1}
    for name, (group, word, convert) in _FRAME_GROUPS.items():
        found[name] = convert(_of_group(data, item, group, word))
    found["image_type"] = found["image_type"] or top["image_type"]
    date, time = _stamp(_of_group(data, item, "FrameContentSequence", "FrameAcquisitionDateTime"))
    found["acquisition_date"] = date or top["acquisition_date"]
    found["acquisition_time"] = time or top["acquisition_time"]
    found["content_time"] = top["content_time"]
    return found


def _of_group(data: Dataset, item: Dataset, group: str, word: str) -> object:
    """Return a value of a frame's functional group, or of the shared one."""
    shared = data.get("SharedFunctionalGroupsSequence") or [Dataset()]
    for holder in (item, shared[0]):
        if holder.get(group):
            return holder[group].value[0].get(word)
    return None


def _of_first(data: Dataset, group: str, word: str) -> object:
    """Return a value of the object itself, else of its first frame's group."""
    value = data.get(word)
    if value not in (None, "") or "PerFrameFunctionalGroupsSequence" not in data:
        return value
    return _of_group(data, data.PerFrameFunctionalGroupsSequence[0], group, word)


def _stamp(value: object) -> tuple[str | None, str | None]:
    """Split a DT value, without its offset from UTC."""
    text = _text(value).split("+")[0].split("-")[0]
    return text[:_STAMP_DATE_LENGTH] or None, text[_STAMP_DATE_LENGTH:] or None


def _private(data: Dataset, group: int, creator: str, element: int, kind: str) -> object:
    try:
        value = data.private_block(group, creator)[element].value
    except KeyError:
        return None
    if isinstance(value, bytes):  # implicit, and unknown to pydicom's private dictionary
        order = "<" if data.original_encoding[1] else ">"
        value = value.decode() if kind == "text" else struct.unpack(order + kind, value)[0]
    return _number(value) if kind == "f" else _integer(value)
