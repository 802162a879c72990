"""One exam of the trial before it is written: its files, and what must become of each series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.archive.marks import Marked
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import clock, plane, stored

_TOP = 4095
Codes = Mapping[int, tuple[str, ...]]
"""Number of a series to the codes of its rows in exclusions.tsv; none for phases that are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeExam:
    """An exam; `replace` it to plant something."""

    subject: Marked
    grid: Grid
    images: tuple[Array, ...]
    maps: dict[str, Array]
    """PE and SER, noise-free."""
    maker: str
    dynamic: frozenset[int]
    """Numbers of the series that hold the phases."""
    files: tuple[MadeFile, ...]
    codes: Codes = field(default_factory=dict)

    def of(self, series: frozenset[int]) -> tuple[MadeFile, ...]:
        """Files of some series."""
        return tuple(file for file in self.files if file.series in series)

    def without(self, gone: frozenset[str]) -> MadeExam:
        """The exam without the files of these paths."""
        return replace(self, files=tuple(file for file in self.files if file.path not in gone))

    def with_files(self, more: tuple[MadeFile, ...], codes: Codes) -> MadeExam:
        """The exam with other files beside its own."""
        return replace(self, files=(*self.files, *more), codes={**self.codes, **codes})


def series(
    exam: MadeExam,
    number: int,
    description: str,
    start_s: float,
    attributes: Mapping[str, object],
) -> dict[str, object]:
    """Attributes of a series that is not of the dynamic; `start_s` after the first phase."""
    subject = exam.subject
    time = clock(subject.start_s + start_s, 0)
    return {
        **subject.study(),
        "SeriesInstanceUID": subject.uid("series", number),
        "SeriesNumber": number,
        "SeriesDescription": description,
        "SeriesDate": subject.study_date,
        "SeriesTime": time,
        "AcquisitionDate": subject.study_date,
        "AcquisitionTime": time,
        "ContentDate": subject.study_date,
        "ContentTime": time,
        "AcquisitionNumber": 1,
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "Manufacturer": exam.maker,
        "PatientPosition": "FFP",
        **attributes,
    }


def volume(
    exam: MadeExam, image: Array, attributes: dict[str, object], *, thick: int = 1
) -> Iterator[MadeFile]:
    """Slices of an image on the exam's grid, every `thick`-th of them."""
    number = int(str(attributes["SeriesNumber"]))
    for k in range(0, exam.grid.shape[2], thick):
        yield MadeFile(
            path=f"s{number}/i{k + 1:04d}.dcm",
            attributes=attributes
            | plane(exam.grid, (0, 1, 2), k)
            | {
                "SOPInstanceUID": exam.subject.uid(number, k + 1),
                "InstanceNumber": k + 1,
                "SliceThickness": thick * exam.grid.spacing_mm[2],
            },
            pixels=stored(image[:, :, k], top=_TOP).astype(np.uint16),
        )


def lone(exam: MadeExam, attributes: dict[str, object], sop_class: str) -> MadeFile:
    """An object without pixels."""
    number = int(str(attributes["SeriesNumber"]))
    return MadeFile(
        path=f"s{number}/object.dcm",
        attributes=attributes
        | {
            "SOPClassUID": sop_class,
            "SOPInstanceUID": exam.subject.uid(number, "object"),
            "InstanceNumber": 1,
        },
        pixels=None,
    )
