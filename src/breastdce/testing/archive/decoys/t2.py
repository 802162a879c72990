"""A T2-weighted fast spin echo on the grid of the dynamic."""

from __future__ import annotations

from collections.abc import Iterator

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """Every second slice."""
    sequence = {"ScanningSequence": "SE", "SequenceVariant": "SK", "MRAcquisitionType": "2D"}
    times = {"RepetitionTime": "4000", "EchoTime": "88", "FlipAngle": "90"}
    attributes = series(exam, number, "SAG T2 FSE FS", -200.0, {**sequence, **times})
    yield from volume(exam, exam.images[0], attributes, thick=2)


DECOY = Decoy("t2", 0.92, 102, SeriesCode.NOT_T1_GRE, make)
