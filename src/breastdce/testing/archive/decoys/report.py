"""A structured report."""

from __future__ import annotations

from breastdce.core.codes import FileCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, lone, series
from breastdce.testing.styles._contract import MadeFile

_CLASS = "1.2.840.10008.5.1.4.1.1.88.22"


def make(exam: MadeExam, number: int) -> tuple[MadeFile, ...]:
    """One object."""
    attributes = series(exam, number, "Clinical annotation", 2000.0, {"Modality": "SR"})
    del attributes["ImageType"]
    return (lone(exam, attributes, _CLASS),)


DECOY = Decoy("report", 0.99, 108, FileCode.NOT_IMAGE, make)
