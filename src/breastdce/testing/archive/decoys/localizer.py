"""A localizer in three planes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import plane, stored

_PLANES = ((0, 1, 2), (0, 2, 1), (1, 2, 0))


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """One image a plane, through the middle."""
    sequence = {"ScanningSequence": "GR", "MRAcquisitionType": "2D"}
    times = {"RepetitionTime": "5.1", "EchoTime": "1.7", "FlipAngle": "30"}
    attributes = series(exam, number, "3-pl LOC", -280.0, {**sequence, **times})
    for place, axes in enumerate(_PLANES):
        across = axes[2]
        index = exam.grid.shape[across] // 2
        cut = np.moveaxis(exam.images[0], axes, (0, 1, 2))[:, :, index]
        yield MadeFile(
            path=f"s{number}/i{place + 1}.dcm",
            attributes=attributes
            | plane(exam.grid, axes, index)
            | {
                "SOPInstanceUID": exam.subject.uid(number, place + 1),
                "InstanceNumber": place + 1,
                "SliceThickness": 10.0,
            },
            pixels=stored(cut, top=4095).astype(np.uint16),
        )


DECOY = Decoy("localizer", 0.81, 101, SeriesCode.LOCALIZER, make)
