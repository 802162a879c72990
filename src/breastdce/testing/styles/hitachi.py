"""Hitachi: the phase before contrast is a series of its own, all later ones share another.

Traits: TriggerTime counts from the start of a series, so that it tells the later phases apart and
says nothing between the two series; AcquisitionTime of the phase; InstanceNumber runs through the
phases; unsigned 16-bit pixels without rescale; Explicit VR; files without extension.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import Subject, clock, plane, stored

STARTS_S = (0.0, 200.0, 320.0, 440.0, 560.0)
DURATION_S = 120.0
_TOP = 32767
_BEFORE, _AFTER = 3, 4


def files(subject: Subject, grid: Grid, images: tuple[Array, ...]) -> Iterator[MadeFile]:
    """Make series 3 (before contrast) and series 4 (every phase after it)."""
    slices = grid.shape[2]
    for phase, image in enumerate(images):
        series = _BEFORE if phase == 0 else _AFTER
        for k in range(slices):
            number = max(phase - 1, 0) * slices + k + 1
            yield MadeFile(
                path=f"SE{series:04d}/IM{number:06d}",
                pixels=stored(image[:, :, k], top=_TOP).astype(np.uint16),
                attributes=_attributes(subject, grid, series, phase)
                | plane(grid, (0, 1, 2), k)
                | {"SOPInstanceUID": subject.uid(series, number), "InstanceNumber": number},
            )


def _attributes(subject: Subject, grid: Grid, series: int, phase: int) -> dict[str, object]:
    start = subject.start_s + STARTS_S[phase]
    series_start = STARTS_S[1 if series == _AFTER else 0]
    attributes = subject.study() | {
        "SeriesInstanceUID": subject.uid("series", series),
        "SeriesNumber": series,
        "SeriesDescription": "AX 3D RSSG FS" + (" +C" if series == _AFTER else ""),
        "SeriesDate": subject.study_date,
        "SeriesTime": clock(subject.start_s + series_start, 0),
        "AcquisitionDate": subject.study_date,
        "AcquisitionTime": clock(start, 0),
        "ContentDate": subject.study_date,
        "ContentTime": clock(start + DURATION_S, 0),
        "TriggerTime": 1000.0 * (STARTS_S[phase] - series_start),
        "AcquisitionNumber": 1,
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "Manufacturer": "Hitachi Medical Corporation",
        "ManufacturerModelName": "OASIS",
        "MagneticFieldStrength": "1.2",
        "PatientPosition": "HFP",
        "ScanningSequence": "GR",
        "SequenceVariant": "SP",
        "ScanOptions": "FS",
        "MRAcquisitionType": "3D",
        "RepetitionTime": "7.0",
        "EchoTime": "3.3",
        "FlipAngle": "15",
        "EchoTrainLength": "1",
        "SliceThickness": grid.spacing_mm[2],
        "SpacingBetweenSlices": grid.spacing_mm[2],
    }
    return attributes | ({"ContrastBolusAgent": "contrast"} if series == _AFTER else {})
