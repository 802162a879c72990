"""GE, old style: one sagittal series, phases told apart by ContentTime alone.

Traits as real exams of around 2000 have them: no AcquisitionTime, TriggerTime or temporal tag;
AcquisitionNumber 1 for the first phase, 2 for all others; ScanningSequence RM; field strength in
gauss; signed pixels without rescale; the duration of a phase only in a private element.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.formats.dicom.write import PrivateElement
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import Subject, clock, plane, stored

STARTS_S = (0.0, 350.0, 650.0)
"""Start of each phase after the first; the injection is at the start of the second."""
DURATION_S = 300.0
_TOP = 32767
_PLANES = ((0, 1, 2), (2, 0, 1), (2, 1, 0))  # sagittal, axial, coronal of a sagittal grid


def files(subject: Subject, grid: Grid, images: tuple[Array, ...]) -> Iterator[MadeFile]:
    """Make a localizer in three planes (series 1) and the dynamic (series 2)."""
    yield from _localizer(subject, grid, images[0])
    slices = grid.shape[2]
    for phase, image in enumerate(images):
        for k in range(slices):
            number = phase * slices + k + 1
            attributes = _series(subject, 2, STARTS_S[phase]) | plane(grid, (0, 1, 2), k)
            attributes |= _dynamic(grid) | {
                "SOPInstanceUID": subject.uid(2, number),
                "InstanceNumber": number,
                "AcquisitionNumber": 1 if phase == 0 else 2,
            }
            yield MadeFile(
                path=f"E1021/S2/I{number}.MRDC",
                pixels=stored(image[:, :, k], top=_TOP).astype(np.int16),
                attributes=attributes,
                private=(_duration(),),
            )


def _duration() -> PrivateElement:
    return PrivateElement(0x0019, "GEMS_ACQU_01", 0x5A, "FL", DURATION_S * 1e6)  # microseconds


def _series(subject: Subject, number: int, start_s: float) -> dict[str, object]:
    return subject.study() | {
        "SeriesInstanceUID": subject.uid("series", number),
        "SeriesNumber": number,
        "SeriesDate": subject.study_date,
        "SeriesTime": clock(subject.start_s, 0),
        "ContentDate": subject.study_date,
        "ContentTime": clock(subject.start_s + start_s, 0),
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "ManufacturerModelName": "GENESIS_SIGNA",
        "MagneticFieldStrength": "15000",
        "PatientPosition": "FFP",
        "Laterality": subject.side,
    }


def _dynamic(grid: Grid) -> dict[str, object]:
    return {
        "SeriesDescription": "SAG 3D FS DYN",
        "ScanningSequence": "RM",
        "SequenceVariant": "OSP",
        "ScanOptions": ["GRAPH_GEMS", "NPW", "EDR_GEMS", "FS"],
        "MRAcquisitionType": "",
        "SequenceName": "3dfgre",
        "RepetitionTime": "8.2",
        "EchoTime": "4.2",
        "FlipAngle": "20",
        "EchoTrainLength": "0",
        "ReceiveCoilName": "BREAST",
        "SliceThickness": grid.spacing_mm[2],
        "SpacingBetweenSlices": grid.spacing_mm[2],
    }


def _localizer(subject: Subject, grid: Grid, image: Array) -> Iterator[MadeFile]:
    number = 0
    for axes in _PLANES:
        across = axes[2]
        for share in (0.4, 0.5, 0.6):
            number += 1
            index = int(share * grid.shape[across])
            attributes = _series(subject, 1, -240.0) | plane(grid, axes, index)
            attributes |= {
                "SOPInstanceUID": subject.uid(1, number),
                "InstanceNumber": number,
                "AcquisitionNumber": 1,
                "SeriesDescription": "3 PLANE LOC",
                "ScanningSequence": "GR",
                "SequenceVariant": "SS",
                "MRAcquisitionType": "2D",
                "RepetitionTime": "5.1",
                "EchoTime": "1.7",
                "FlipAngle": "30",
                "SliceThickness": 10.0,
            }
            path, pixels = f"E1021/S1/I{number}.MRDC", _cut(image, axes, index)
            yield MadeFile(path=path, pixels=pixels, attributes=attributes)


def _cut(image: Array, axes: tuple[int, int, int], index: int) -> NDArray[np.int16]:
    cut = np.moveaxis(image, axes, (0, 1, 2))[:, :, index]
    return stored(cut, top=_TOP).astype(np.int16)
