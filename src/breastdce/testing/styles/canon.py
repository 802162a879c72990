"""Canon (formerly Toshiba): one enhanced multi-frame object that holds every phase.

Traits: Enhanced MR Image Storage (DICOM PS3.3 A.36.2); geometry, timing and TemporalPositionIndex
in functional groups; FrameAcquisitionDateTime for each frame; GRADIENT instead of
ScanningSequence; frames of one phase follow each other. Private groups are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import ENHANCED_MR_IMAGE, MadeFile
from breastdce.testing.subject import Subject, clock, plane, stored

STARTS_S = (0.0, 120.0, 210.0, 300.0, 390.0)
DURATION_S = 90.0
"""Also in AcquisitionDuration of the object, divided by its phases."""
_TOP = 4095
_SERIES = 5


def files(subject: Subject, grid: Grid, images: tuple[Array, ...]) -> Iterator[MadeFile]:
    """Make the dynamic as one object."""
    slices = grid.shape[2]
    frames = [(phase, k) for phase in range(len(images)) for k in range(slices)]
    pixels = np.stack([stored(images[phase][:, :, k], top=_TOP) for phase, k in frames])
    groups = [_frame(subject, grid, phase, k) for phase, k in frames]
    yield MadeFile(
        path="IMG0001/MR000005.dcm",
        pixels=pixels.astype(np.uint16),
        attributes=_object(subject, len(images))
        | {
            "SharedFunctionalGroupsSequence": [_shared(grid)],
            "PerFrameFunctionalGroupsSequence": groups,
        },
    )


def _object(subject: Subject, phases: int) -> dict[str, object]:
    return subject.study() | {
        "SOPClassUID": ENHANCED_MR_IMAGE,
        "SOPInstanceUID": subject.uid(_SERIES, "enhanced"),
        "SeriesInstanceUID": subject.uid("series", _SERIES),
        "SeriesNumber": _SERIES,
        "SeriesDescription": "FFE3D FS dyn",
        "SeriesDate": subject.study_date,
        "SeriesTime": clock(subject.start_s, 3),
        "ContentDate": subject.study_date,
        "ContentTime": clock(subject.start_s + STARTS_S[phases - 1] + DURATION_S, 3),
        "AcquisitionDateTime": subject.study_date + clock(subject.start_s, 3),
        "AcquisitionDuration": DURATION_S * phases,
        "AcquisitionNumber": 1,
        "InstanceNumber": 1,
        "ImageType": ["ORIGINAL", "PRIMARY", "DYNAMIC", "NONE"],
        "Manufacturer": "CANON_MEC",
        "ManufacturerModelName": "MRT3020",
        "MagneticFieldStrength": "3",
        "PatientPosition": "HFP",
        "PulseSequenceName": "FFE3D",
        "MRAcquisitionType": "3D",
        "EchoPulseSequence": "GRADIENT",
        "EchoPlanarPulseSequence": "NO",
        "ContrastBolusAgent": "contrast",
        "BurnedInAnnotation": "NO",
        "BitsStored": 12,
    }


def _shared(grid: Grid) -> dict[str, object]:
    first = plane(grid, (0, 1, 2), 0)
    return {
        "PlaneOrientationSequence": [
            {"ImageOrientationPatient": first["ImageOrientationPatient"]},
        ],
        "PixelMeasuresSequence": [
            {
                "PixelSpacing": first["PixelSpacing"],
                "SliceThickness": grid.spacing_mm[2],
                "SpacingBetweenSlices": grid.spacing_mm[2],
            }
        ],
        "MRTimingAndRelatedParametersSequence": [{"RepetitionTime": 5.2, "FlipAngle": 12.0}],
        "MREchoSequence": [{"EffectiveEchoTime": 2.1}],
        "MRModifierSequence": [{"SpectrallySelectedSuppression": "FAT"}],
        "MRImageFrameTypeSequence": [{"FrameType": ["ORIGINAL", "PRIMARY", "DYNAMIC", "NONE"]}],
    }


def _frame(subject: Subject, grid: Grid, phase: int, k: int) -> dict[str, object]:
    start = subject.start_s + STARTS_S[phase]
    return {
        "FrameContentSequence": [
            {
                "TemporalPositionIndex": phase + 1,
                "InStackPositionNumber": k + 1,
                "StackID": "1",
                "FrameAcquisitionNumber": 1,
                "FrameAcquisitionDateTime": subject.study_date + clock(start, 3),
                "DimensionIndexValues": [1, k + 1, phase + 1],
            }
        ],
        "PlanePositionSequence": [
            {"ImagePositionPatient": plane(grid, (0, 1, 2), k)["ImagePositionPatient"]},
        ],
    }
