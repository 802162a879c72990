"""A maximum intensity projection of the last phase."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """One image."""
    computed = {"ImageType": ["DERIVED", "SECONDARY", "PROJECTION IMAGE", "MIP"]}
    attributes = series(exam, number, "PJN", 1500.0, computed)
    flat = np.broadcast_to(exam.images[-1].max(axis=2, keepdims=True), exam.grid.shape)
    yield from islice(volume(exam, flat, attributes), 1)


DECOY = Decoy("projection", 0.16, 105, SeriesCode.PROJECTION, make)
