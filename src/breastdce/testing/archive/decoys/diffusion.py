"""Diffusion as old scanners left it: ten positions, five weightings, echo-planar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.decoys._contract import Decoy
from breastdce.testing.archive.made import MadeExam, series, volume
from breastdce.testing.styles._contract import MadeFile

_WEIGHTS = (0.0, 100.0, 600.0)


def make(exam: MadeExam, number: int) -> Iterator[MadeFile]:
    """A third of the slices for each weighting."""
    sequence = {"ScanningSequence": "EP", "MRAcquisitionType": "2D"}
    times = {"RepetitionTime": "4000", "EchoTime": "61", "FlipAngle": "90"}
    for place, weight in enumerate(_WEIGHTS):
        weighted = {**sequence, **times, "DiffusionBValue": weight}
        attributes = series(exam, number, "DWSSFSE Diffusion", -60.0, weighted)
        for file in volume(exam, exam.images[0], attributes, thick=3):
            of = {"SOPInstanceUID": exam.subject.uid(number, place, file.path)}
            yield replace(
                file, path=f"{file.path[:-4]}-{place}.dcm", attributes=file.attributes | of
            )


DECOY = Decoy("diffusion", 0.18, 104, SeriesCode.DIFFUSION, make)
