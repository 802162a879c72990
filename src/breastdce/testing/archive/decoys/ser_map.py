"""The map of SER that a workstation leaves on the grid of the dynamic."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """One volume, named as the trial named them."""
    computed = {"ImageType": ["DERIVED", "PRIMARY", "SER"]}
    attributes = series(exam, number, "dynamic: SER", 1800.0, computed)
    values = np.nan_to_num(exam.maps["ser"]) * np.float32(1000)
    yield from volume(exam, values, attributes)


DECOY = Decoy("ser_map", 0.83, 21000, SeriesCode.DERIVED_MAP, make)
