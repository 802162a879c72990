"""A T1-weighted gradient echo without fat saturation, taken before the dynamic on its grid.

Its share is of the studies whose index names a T1 that is no part of the dynamic, roughly.
"""

from __future__ import annotations

from collections.abc import Iterator

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """One volume."""
    sequence = {"ScanningSequence": "GR", "SequenceVariant": "SP", "MRAcquisitionType": "3D"}
    times = {"RepetitionTime": "9.9", "EchoTime": "4.6", "FlipAngle": "35"}
    attributes = series(exam, number, "T1 NO FS", -120.0, {**sequence, **times})
    yield from volume(exam, exam.images[0], attributes)


DECOY = Decoy("t1_plain", 0.2, 103, SeriesCode.OTHER_PROTOCOL, make, SeriesCode.NOT_DCE)
