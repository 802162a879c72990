"""A picture of the workstation's screen. The index shows none; hospitals have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile

_CLASS = "1.2.840.10008.5.1.4.1.1.7"


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """One image that keeps the geometry of a slice."""
    kind = {"ImageType": ["DERIVED", "SECONDARY"], "ConversionType": "WSD"}
    attributes = series(exam, number, "screen", 2100.0, kind)
    for file in islice(volume(exam, exam.images[-1], attributes), 1):
        yield replace(file, attributes={**file.attributes, "SOPClassUID": _CLASS})


DECOY = Decoy("capture", 0.05, 109, SeriesCode.SECONDARY, make)
