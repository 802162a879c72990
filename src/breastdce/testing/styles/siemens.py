"""Siemens: axial bilateral, one series per phase, subtractions and a spin echo among them.

Traits: AcquisitionTime with a fraction, ContentTime that is the time of reconstruction and
differs by slice; AcquisitionNumber 1 throughout; no temporal tags; the contrast agent absent
before contrast; unsigned 12-bit pixels; Implicit VR. One subtraction says so in ImageType, one,
made on a workstation, looks like an original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import Subject, clock, plane, stored

STARTS_S = (0.0, 300.0, 450.0, 600.0)
DURATION_S = 150.0
"""Difference of the first two starts after contrast; no element states it."""
_TOP = 4095
_RECONSTRUCTION_S = 155.0  # ContentTime lags AcquisitionTime by this on a real scanner
_ORIGINAL = ("ORIGINAL", "PRIMARY", "M", "ND")


@dataclass(frozen=True, slots=True)
class _Series:
    number: int
    description: str
    start_s: float
    contrast: bool
    image_type: tuple[str, ...] = _ORIGINAL
    spin_echo: bool = False


def files(subject: Subject, grid: Grid, images: tuple[Array, ...]) -> Iterator[MadeFile]:
    """Make all series, in one flat folder, as an export to a medium does."""
    for phase, image in enumerate(images):
        name = "ax dyn pre" if phase == 0 else f"ax dyn pass {phase}"
        series = _Series(2 + 2 * phase, name, STARTS_S[phase], phase > 0)
        yield from _series_files(subject, series, grid, image)
    first, late = (np.maximum(image - images[0], 0) for image in (images[1], images[-1]))
    declared = ("DERIVED", "PRIMARY", "SUBTRACTION", "ND", "SUB")
    yield from _series_files(subject, _Series(20, "SUB", STARTS_S[-1], True, declared), grid, late)
    yield from _series_files(subject, _Series(21, "ax dyn", STARTS_S[1], True), grid, first)
    thick = Grid(
        (*grid.shape[:2], (grid.shape[2] + 1) // 2),
        (*grid.spacing_mm[:2], 2 * grid.spacing_mm[2]),
        grid.direction.copy(),
        grid.origin_mm,
    )
    spin_echo = _Series(26, "ax t1 tse +c", 900.0, True, spin_echo=True)
    yield from _series_files(subject, spin_echo, thick, images[-1][:, :, ::2])


def _series_files(
    subject: Subject, series: _Series, grid: Grid, image: Array
) -> Iterator[MadeFile]:
    for k in range(grid.shape[2]):
        attributes = _attributes(subject, series, k) | plane(grid, (0, 1, 2), k)
        attributes |= {
            "SOPInstanceUID": subject.uid(series.number, k),
            "SliceThickness": grid.spacing_mm[2],
        }
        yield MadeFile(
            path=f"{subject.uid(series.number, k)[-12:]}.IMA",
            pixels=stored(image[:, :, k], top=_TOP).astype(np.uint16),
            attributes=attributes,
            implicit=True,
        )


def _attributes(subject: Subject, series: _Series, k: int) -> dict[str, object]:
    start = subject.start_s + series.start_s
    made = clock(start + _RECONSTRUCTION_S + 0.4375 * k)
    attributes = subject.study() | {
        "SeriesInstanceUID": subject.uid("series", series.number),
        "SeriesNumber": series.number,
        "SeriesDescription": series.description,
        "SeriesDate": subject.study_date,
        "SeriesTime": clock(start + _RECONSTRUCTION_S - 3),
        "AcquisitionDate": subject.study_date,
        "AcquisitionTime": clock(start),
        "ContentDate": subject.study_date,
        "ContentTime": made,
        "InstanceCreationTime": made,
        "InstanceNumber": k + 1,
        "AcquisitionNumber": 1,
        "ImageType": list(series.image_type),
        "Manufacturer": "SIEMENS",
        "ManufacturerModelName": "Avanto",
        "MagneticFieldStrength": "1.5",
        "PatientPosition": "FFP",
        "BitsStored": 12,
    }
    agent = {"ContrastBolusAgent": "contrast"} if series.contrast else {}
    return attributes | agent | (_spin_echo() if series.spin_echo else _gradient_echo())


def _gradient_echo() -> dict[str, object]:
    return {
        "ScanningSequence": "GR",
        "SequenceVariant": ["SP", "OSP"],
        "ScanOptions": ["PFP", "FS"],
        "MRAcquisitionType": "3D",
        "SequenceName": "*fl3d1",
        "RepetitionTime": "4.12",
        "EchoTime": "1.39",
        "FlipAngle": "12",
        "EchoTrainLength": "1",
    }


def _spin_echo() -> dict[str, object]:
    return {
        "ScanningSequence": "SE",
        "SequenceVariant": ["SK", "SP", "OSP"],
        "ScanOptions": "FS",
        "MRAcquisitionType": "2D",
        "SequenceName": "*tse2d1_3",
        "RepetitionTime": "620",
        "EchoTime": "11",
        "FlipAngle": "150",
        "EchoTrainLength": "3",
    }
