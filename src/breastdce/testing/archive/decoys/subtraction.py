"""First phase after contrast less the one before, marked as computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """One volume."""
    computed = {"ImageType": ["DERIVED", "PRIMARY", "SUBTRACTION"]}
    attributes = series(exam, number, "SUB", 1600.0, computed)
    difference = np.maximum(exam.images[1] - exam.images[0], 0)
    yield from volume(exam, difference, attributes)


DECOY = Decoy("subtraction", 0.02, 106, SeriesCode.SUBTRACTION, make)
