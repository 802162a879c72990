"""Philips: one series, many dynamics, every dynamic with its own scale.

Traits: TemporalPositionIdentifier and TriggerTime; the images of one position follow each other
in InstanceNumber; RescaleSlope other than 1 and different from dynamic to dynamic, with private
scale factors beside it; SpacingBetweenSlices present; files without extension.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.grid import Grid
from breastdce.formats.dicom.write import PrivateElement
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import Subject, clock, plane, stored

STARTS_S = (0.0, 130.0, 230.0, 330.0, 430.0, 530.0)
DURATION_S = 100.0
_TOP = 4095
_IMAGING = "Philips Imaging DD 001"
_MR = "Philips MR Imaging DD 001"


def slope(phase: int) -> float:
    """Rescale slope of a dynamic, exact in decimal."""
    return round(0.65 + 0.0375 * phase, 4)


def files(subject: Subject, grid: Grid, images: tuple[Array, ...]) -> Iterator[MadeFile]:
    """Make the dynamic as one series, 256 images a folder, as its exports do."""
    for phase, image in enumerate(images):
        for k in range(grid.shape[2]):
            number = k * len(images) + phase + 1
            attributes = _attributes(subject, grid, phase, len(images))
            attributes |= plane(grid, (0, 1, 2), k) | {
                "SOPInstanceUID": subject.uid(301, number),
                "InstanceNumber": number,
            }
            yield MadeFile(
                path=f"DICOM/{number // 256:02d}/IM_{number:04d}",
                pixels=stored(image[:, :, k], slope=slope(phase), top=_TOP).astype(np.uint16),
                attributes=attributes,
                private=_private(phase, len(images)),
            )


def _attributes(subject: Subject, grid: Grid, phase: int, phases: int) -> dict[str, object]:
    start = subject.start_s + STARTS_S[phase]
    return subject.study() | {
        "SeriesInstanceUID": subject.uid("series", 301),
        "SeriesNumber": 301,
        "SeriesDescription": "dyn THRIVE bilat",
        "SeriesDate": subject.study_date,
        "SeriesTime": clock(subject.start_s, 2),
        "AcquisitionDate": subject.study_date,
        "AcquisitionTime": clock(start, 2),
        "ContentDate": subject.study_date,
        "ContentTime": clock(start, 2),
        "AcquisitionNumber": 3,
        "TemporalPositionIdentifier": phase + 1,
        "NumberOfTemporalPositions": phases,
        "TriggerTime": 1000.0 * STARTS_S[phase],
        "ContrastBolusAgent": "contrast",
        "ContrastBolusStartTime": clock(subject.start_s + STARTS_S[1], 2),
        "ImageType": ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"],
        "Manufacturer": "Philips Medical Systems",
        "ManufacturerModelName": "Achieva",
        "MagneticFieldStrength": "3",
        "PatientPosition": "HFP",
        "ScanningSequence": "GR",
        "SequenceVariant": "SP",
        "ScanOptions": "FS",
        "MRAcquisitionType": "3D",
        "SequenceName": "",
        "RepetitionTime": "5.4",
        "EchoTime": "2.6",
        "FlipAngle": "10",
        "EchoTrainLength": "37",
        "SliceThickness": grid.spacing_mm[2],
        "SpacingBetweenSlices": grid.spacing_mm[2],
        "BitsStored": 12,
        "RescaleSlope": slope(phase),
        "RescaleIntercept": "0",
        "RescaleType": "normalized",
    }


def _private(phase: int, phases: int) -> tuple[PrivateElement, ...]:
    return (
        PrivateElement(0x2001, _IMAGING, 0x81, "IS", phases),
        PrivateElement(0x2005, _MR, 0x0D, "FL", 0.0),
        PrivateElement(0x2005, _MR, 0x0E, "FL", 0.0125),
        PrivateElement(0x2005, _MR, 0xA0, "FL", STARTS_S[phase]),
    )
