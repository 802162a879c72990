"""A segmentation whose pixels were lost, as an archive that keeps headers alone leaves it."""

from __future__ import annotations

from breastdce.core.codes import FileCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, lone, series
from breastdce.testing.styles._contract import MadeFile

_CLASS = "1.2.840.10008.5.1.4.1.1.66.4"


def make(exam: MadeExam, number: int) -> tuple[MadeFile, ...]:
    """One object."""
    kind = {"Modality": "SEG", "ImageType": ["DERIVED", "PRIMARY"]}
    attributes = series(exam, number, "Breast Tissue Segmentation", 1900.0, kind)
    return (lone(exam, attributes, _CLASS),)


DECOY = Decoy("segmentation", 0.83, 107, FileCode.SEGMENTATION, make)
