"""What a scan keeps of a DICOM file: plain records, no pixels, nothing private by default.

All values are as the header gives them (LPS mm, ms, DICOM strings), except where a field says
otherwise; None where absent or unusable. Nothing here knows about breasts.
"""

from __future__ import annotations

import msgspec

from breastdce.core.codes import FileCode, FileNote


class Frame(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One slice: a classic file has one, an enhanced multi-frame object has many."""

    index: int = 0
    """Frame number in the file, from 0."""
    instance_number: int | None = None
    """InstanceNumber; for enhanced objects the frame number from 1."""
    position_mm: tuple[float, float, float]
    """ImagePositionPatient, LPS mm: center of the first voxel."""
    orientation: tuple[float, float, float, float, float, float]
    """ImageOrientationPatient: direction of a row (along columns), then of a column."""
    pixel_spacing_mm: tuple[float, float]
    """PixelSpacing as DICOM orders it: between rows, between columns."""
    slice_thickness_mm: float | None = None
    spacing_between_slices_mm: float | None = None
    image_type: tuple[str, ...] = ()
    acquisition_number: int | None = None
    temporal_position: int | None = None
    """TemporalPositionIdentifier; TemporalPositionIndex in enhanced objects."""
    trigger_time_ms: float | None = None
    acquisition_date: str | None = None
    """YYYYMMDD."""
    acquisition_time: str | None = None
    """HHMMSS.ffffff, colons removed; else the time of (Frame)AcquisitionDateTime."""
    content_time: str | None = None
    echo_time_ms: float | None = None
    repetition_time_ms: float | None = None
    inversion_time_ms: float | None = None
    flip_angle_deg: float | None = None
    b_value: float | None = None
    rescale_slope: float | None = None
    """None where there is no modality LUT."""
    rescale_intercept: float | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fields of one MR image file that finding, splitting, timing and the sidecar need."""

    sop_class_uid: str
    sop_instance_uid: str
    study_uid: str
    series_uid: str
    frame_of_reference_uid: str | None = None
    transfer_syntax_uid: str
    modality: str
    patient_id: str = ""
    """Identity: never published, used for grouping and pseudonyms."""
    identity_removed: bool = False
    """PatientIdentityRemoved is YES."""
    study_date: str | None = None
    study_time: str | None = None
    series_time: str | None = None
    series_number: int | None = None
    study_description: str = ""
    series_description: str = ""
    protocol_name: str = ""
    trial_time_point_id: str = ""
    """ClinicalTrialTimePointID (0012,0050)."""
    trial_time_point_description: str = ""
    """ClinicalTrialTimePointDescription (0012,0051)."""
    manufacturer: str = ""
    model: str = ""
    software: str = ""
    field_strength: float | None = None
    """As given; gauss on some scanners."""
    image_type: tuple[str, ...] = ()
    burned_in: bool = False
    conversion_type: str = ""
    """ConversionType (0008,0064): how a picture of images came about; images have none."""
    lossy: bool = False
    body_part: str = ""
    laterality: str = ""
    """Laterality, else ImageLaterality, else the frame anatomy's."""
    patient_position: str = ""
    scanning_sequence: tuple[str, ...] = ()
    sequence_variant: tuple[str, ...] = ()
    scan_options: tuple[str, ...] = ()
    sequence_name: str = ""
    mr_acquisition_type: str = ""
    echo_planar: bool = False
    """Enhanced objects: EchoPulseSequence or EchoPlanarPulseSequence says so."""
    fat_suppression: str = ""
    """SpectrallySelectedSuppression (0018,9025)."""
    receive_coil: str = ""
    pixel_bandwidth_hz: float | None = None
    acquisition_duration_s: float | None = None
    contrast_agent: str = ""
    contrast_start_time: str | None = None
    """ContrastBolusStartTime, HHMMSS."""
    number_of_temporal_positions: int | None = None
    nominal_cardiac_trigger: bool = False
    """Cardiac gating fields (0018,1062) with a value are present."""
    ge_duration_us: float | None = None
    """Private creator GEMS_ACQU_01, (0019,xx5A): duration of the acquisition in microseconds."""
    ge_locations: int | None = None
    """GEMS_RELA_01, (0021,xx4F): locations in acquisition."""
    philips_dynamics: int | None = None
    """Philips Imaging DD 001, (2001,xx81): number of dynamics."""
    philips_dynamic_start_s: float | None = None
    """Philips MR Imaging DD 001, (2005,xxA0)."""
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    pixel_representation: int
    frames: tuple[Frame, ...]


class OtherObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a scan keeps of a DICOM object that is no usable MR image: SEG, CT, reports."""

    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_uid: str = ""
    series_uid: str = ""
    frame_of_reference_uid: str | None = None
    modality: str = ""
    patient_id: str = ""
    series_number: int | None = None
    series_description: str = ""
    number_of_frames: int | None = None


class FileRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One file of the tree and what it is: exactly one record a file."""

    path: str
    """Absolute, as found; never published."""
    size_bytes: int
    mtime_ns: int
    code: FileCode
    notes: tuple[FileNote, ...] = ()
    detail: str = ""
    """Evidence for the code in a few words of our own; no header text."""
    header: Header | None = None
    """Set when `code` is OK."""
    other: OtherObject | None = None
    """Set for DICOM objects that are not OK, as far as their identifiers could be read."""
