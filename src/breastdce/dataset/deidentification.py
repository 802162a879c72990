"""What becomes of header attributes: the allow-list once more, attribute by attribute, for audit.

Whatever is not listed here is removed. The code that reads headers is the authority; a test reads
exams and fails when it touches an attribute that this list calls removed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Self

import msgspec

from breastdce.formats.tables import Cell

_READ_PRIVATE = (
    *("GEMS ACQU 01 5A", "GEMS RELA 01 4F", "Philips Imaging DD 001 81"),
    *("Philips MR Imaging DD 001 A0", "UCSF BIRP PRIVATE CREATOR 011710xx"),
)
ATTRIBUTE = "|".join(["[A-Za-z][A-Za-z0-9]{0,79}", *_READ_PRIVATE])
TAG = r"\([0-9A-Fx]{4},[0-9A-Fx]{4}\)"


class Action(StrEnum):
    """What became of the values of an attribute."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    KEPT = "kept", "The number is published, perhaps in another unit"
    CODED = "coded", "A word of a closed list is published; any other value is dropped"
    DERIVED = "derived", "Something is computed from it that says less: intervals, order, a count"
    REPLACED = "replaced", "A pseudonym stands in its place"
    SHIFTED = "shifted", "The date is published after a secret shift, the same for all exams"
    USED = "used", "Read to find, group and judge images; nothing of the value is published"
    REMOVED = "removed", "Nothing of the value is published, and nothing depends on it"


class Fate(NamedTuple):
    """An action, and where its outcome is found."""

    action: Action
    where: str = ""


class HeaderNote(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute in the headers of an exam's files."""

    attribute: str
    tag: str
    action: Action
    n_files: int


def _sidecar(action: Action, *pairs: str) -> dict[str, Fate]:
    """Fates whose outcome is in the acquisition record, of `Keyword` or `Keyword:Key`."""
    named = (pair.partition(":") for pair in pairs)
    return {word: Fate(action, f"native/*.json {key or word}") for word, _, key in named}


def _all(fate: Fate, *words: str) -> dict[str, Fate]:
    return dict.fromkeys(words, fate)


_TIMES = Fate(Action.DERIVED, "exams.tsv delays_s, native/*.json PhaseStart")
_GRID = Fate(Action.KEPT, "native/*.nii.gz size and affine")
_VISIT = Fate(Action.CODED, "session_id")
_ANALYSIS = Fate(Action.DERIVED, "exams.tsv voi, pe_threshold_percent")
_SIGNAL = Fate(Action.KEPT, "native/*.nii.gz")

_FATES: Mapping[str, Fate] = {
    **_sidecar(Action.KEPT, "RepetitionTime", "InversionTime", "FlipAngle", "PixelBandwidth"),
    **_sidecar(Action.KEPT, "InversionTimes:InversionTime"),
    **_sidecar(Action.KEPT, "EchoTime", "EffectiveEchoTime:EchoTime", "SliceThickness"),
    **_sidecar(Action.KEPT, "AcquisitionDuration", "GEMS ACQU 01 5A:AcquisitionDuration"),
    **_sidecar(Action.KEPT, "ImageOrientationPatient:ImageOrientationPatientDICOM"),
    **_sidecar(Action.CODED, "MRAcquisitionType", "ScanningSequence", "SequenceVariant"),
    **_sidecar(Action.CODED, "EchoPulseSequence:ScanningSequence", "ScanOptions"),
    **_sidecar(Action.CODED, "ContrastBolusAgent:ContrastBolusIngredient"),
    **_sidecar(Action.CODED, "Laterality", "ImageLaterality:Laterality"),
    **_sidecar(Action.CODED, "FrameLaterality:Laterality"),
    **_sidecar(Action.CODED, "TransferSyntaxUID:SourceTransferSyntax"),
    "MagneticFieldStrength": Fate(Action.KEPT, "exams.tsv field_strength_t"),
    "Manufacturer": Fate(Action.CODED, "exams.tsv manufacturer"),
    "ManufacturerModelName": Fate(Action.CODED, "exams.tsv manufacturer_model"),
    "Modality": Fate(Action.CODED, "exclusions.tsv modality"),
    "SeriesNumber": Fate(Action.KEPT, "exclusions.tsv series_number"),
    "LossyImageCompression": Fate(Action.CODED, "exams.tsv caveats"),
    **_all(_GRID, "ImagePositionPatient", "PixelSpacing", "Rows", "Columns", "NumberOfFrames"),
    **_all(_SIGNAL, "PixelData", "RescaleSlope", "RescaleIntercept"),
    **_all(_TIMES, "AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime", "SeriesTime"),
    **_all(_TIMES, "FrameAcquisitionDateTime", "ContentTime", "TriggerTime"),
    **_all(_TIMES, "NominalCardiacTriggerDelayTime", "ContrastBolusStartTime"),
    **_all(_VISIT, "ClinicalTrialTimePointID", "ClinicalTrialTimePointDescription"),
    "StudyTime": Fate(Action.DERIVED, "session_id"),
    **_all(_ANALYSIS, "UCSF BIRP PRIVATE CREATOR 011710xx"),
    **_all(
        Fate(Action.USED),
        *("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"),
        *("MediaStorageSOPClassUID", "FrameOfReferenceUID", "SpecificCharacterSet"),
        *("ImageType", "FrameType", "ConversionType", "BurnedInAnnotation"),
        *("PatientIdentityRemoved", "InstanceNumber", "AcquisitionNumber"),
        *("FrameAcquisitionNumber",),
        *("TemporalPositionIdentifier", "TemporalPositionIndex", "NumberOfTemporalPositions"),
        *("NominalInterval", "DiffusionBValue", "EchoPlanarPulseSequence"),
        *("SpectrallySelectedSuppression", "ReceiveCoilName", "SpacingBetweenSlices"),
        *("SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored"),
        *("PixelRepresentation", "ModalityLUTSequence", "SharedFunctionalGroupsSequence"),
        *("PerFrameFunctionalGroupsSequence", "PlanePositionSequence", "PlaneOrientationSequence"),
        *("PixelMeasuresSequence", "FrameContentSequence", "MREchoSequence"),
        *("MRTimingAndRelatedParametersSequence", "MRModifierSequence", "MRDiffusionSequence"),
        *("MRImageFrameTypeSequence", "PixelValueTransformationSequence"),
        *("CardiacSynchronizationSequence", "FrameAnatomySequence", "MRImagingModifierSequence"),
        *("MRReceiveCoilSequence", "SegmentSequence", "SegmentNumber", "SegmentationType"),
        *("SegmentIdentificationSequence", "ReferencedSegmentNumber", "ContentLabel"),
        *("MaximumFractionalValue",),
        *("GEMS RELA 01 4F", "Philips Imaging DD 001 81", "Philips MR Imaging DD 001 A0"),
    ),
}
_PATIENT_ID = (Fate(Action.REPLACED, "participant_id"), Fate(Action.KEPT, "participant_id"))
_STUDY_DATE = (
    Fate(Action.DERIVED, "session_id"),
    Fate(Action.SHIFTED, "exams.tsv study_date"),
)


def fates(attribute: str) -> tuple[Fate, ...]:
    """What may become of an attribute: one fate, or one of two where the user decides."""
    if attribute == "PatientID":
        return _PATIENT_ID
    if attribute == "StudyDate":
        return _STUDY_DATE
    return (_FATES.get(attribute, Fate(Action.REMOVED)),)


def fate_of(attribute: str, *, id_kept: bool, dated: bool) -> Fate:
    """What became of an attribute.

    Parameters
    ----------
    id_kept
        The patient is called by letters and digits of the PatientID.
    dated
        Exams carry shifted dates.
    """
    second = (attribute == "PatientID" and id_kept) or (attribute == "StudyDate" and dated)
    return fates(attribute)[-1 if second else 0]


def deidentification_cells(exams: Iterable[Sequence[HeaderNote]]) -> list[dict[str, Cell]]:
    """Lines of deidentification.tsv, in order of tag, from the notes of each exam."""
    files: dict[tuple[str, str, Action], int] = defaultdict(int)
    count: dict[tuple[str, str, Action], int] = defaultdict(int)
    for notes in exams:
        for note in notes:
            key = (note.tag, note.attribute, note.action)
            files[key] += note.n_files
            count[key] += 1
    return [
        {
            "attribute": attribute,
            "tag": tag,
            "action": action.value,
            "where": _where(attribute, action),
            "n_files": files[tag, attribute, action],
            "n_exams": count[tag, attribute, action],
        }
        for tag, attribute, action in sorted(files)
    ]


def _where(attribute: str, action: Action) -> str:
    return next((fate.where for fate in fates(attribute) if fate.action is action), "")
