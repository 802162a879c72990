"""A cohort of phantoms as genuine DICOM: three vendors' styles, and one exam to be left out."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from breastdce.core.codes import ExamCode
from breastdce.core.grid import Grid
from breastdce.testing.params import PhantomParams
from breastdce.testing.phantom import make_phantom
from breastdce.testing.record import (
    FOLDER,
    CohortTruth,
    ExamTruth,
    save_arrays,
    save_table,
)
from breastdce.testing.styles import ge, philips, siemens
from breastdce.testing.styles._contract import MakeFiles
from breastdce.testing.subject import Subject

Size = Literal["demo", "tiny"]

# Pixels just below 1.2 mm: bias correction, the slowest step, then takes every third one.
_SAGITTAL = {"demo": ((144, 144, 26), (1.19, 1.19, 4.0)), "tiny": ((48, 48, 16), (3.6, 3.6, 7.0))}
_AXIAL = {"demo": ((256, 168, 26), (1.19, 1.19, 4.0)), "tiny": ((60, 44, 16), (5.1, 4.6, 7.0))}
_FRONT_MM, _MIDDLE_MM = 112.0, -5.0  # anterior edge; height of the nipples


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    files: MakeFiles
    starts_s: tuple[float, ...]
    duration_s: float
    manufacturer: str
    field_strength_t: float
    phase_key: str
    sagittal: bool


_GE = _Style("ge", ge.files, ge.STARTS_S, ge.DURATION_S, "GE", 1.5, "ContentTime", True)
_SIEMENS = _Style(
    "siemens", siemens.files, siemens.STARTS_S, siemens.DURATION_S, "Siemens", 1.5, "series", False
)
_PHILIPS = _Style(
    "philips",
    philips.files,
    philips.STARTS_S,
    philips.DURATION_S,
    "Philips",
    3.0,
    "TemporalPositionIdentifier",
    False,
)


@dataclass(frozen=True, slots=True)
class _Exam:
    name: str
    style: _Style
    subject: Subject
    folder: str
    seed: int
    density: float
    radius_mm: float
    phases: int

    def params(self, size: Size) -> PhantomParams:
        if size == "tiny":  # voxels of 5 mm need a lesion of some voxels
            return PhantomParams(
                lesion_side=_side(self.subject),
                lesion_radius_mm=18.0,
                rim_mm=6.0,
                satellite_radius_mm=8.0,
                stray_radius_mm=8.0,
                density=self.density,
            )
        return PhantomParams(
            lesion_side=_side(self.subject),
            lesion_radius_mm=self.radius_mm,
            density=self.density,
        )


def _side(subject: Subject) -> Literal["R", "L"]:
    return "R" if subject.side == "R" else "L"


_EXAMS = (
    _Exam(
        "ge-sagittal",
        _GE,
        Subject("PHANTOM-01", "PHANTOM^A", True, "20010402", 36951.0, "R"),
        "archive/PHANTOM-01",
        seed=1,
        density=0.45,
        radius_mm=12.0,
        phases=3,
    ),
    _Exam(
        "siemens-axial",
        _SIEMENS,
        Subject("PHANTOM-02", "PHANTOM^B", True, "20050913", 28133.7675, "L"),
        "export of a medium",
        seed=2,
        density=0.25,
        radius_mm=11.0,
        phases=4,
    ),
    _Exam(
        "philips-axial",
        _PHILIPS,
        Subject("Phantom 003/x", "PHANTOM^CARLA", False, "20080121", 51240.25, "R"),
        "inbox/a/b",
        seed=3,
        density=0.4,
        radius_mm=12.0,
        phases=6,
    ),
    _Exam(
        "ge-two-phases",
        _GE,
        Subject("PHANTOM-04", "PHANTOM^D", True, "20020618", 55803.0, "L"),
        "archive/PHANTOM-04",
        seed=4,
        density=0.5,
        radius_mm=11.0,
        phases=2,
    ),
)


def write_cohort(folder: Path, *, size: Size = "demo") -> CohortTruth:
    """Write four exams as DICOM below `folder/dicom` and their truth below `folder/truth`.

    The same call writes the same bytes.

    Parameters
    ----------
    folder
        Made when absent; files of an earlier call are replaced.
    size
        `demo`: volumes of 144 x 144 x 26 and 256 x 168 x 26, about 500 files. `tiny`: the same
        anatomy at 48 x 48 x 16 and 60 x 44 x 16, for fast tests.
    """
    exams = tuple(_write_exam(folder, exam, size) for exam in _EXAMS)
    _write_strays(folder / "dicom")
    truth = CohortTruth(size=size, exams=exams)
    save_table(folder, truth)
    return truth


def phantom_grid(size: Size, *, sagittal: bool, side: Literal["R", "L"] = "R") -> Grid:
    """Grid of the cohort's exams, as their reader gives it: RAS+ mm, k along row x column."""
    shape, spacing = (_SAGITTAL if sagittal else _AXIAL)[size]
    ni, nj, nk = (((n - 1) * step) / 2 for n, step in zip(shape, spacing, strict=True))
    if sagittal:  # i to posterior, j to the feet, k to the right
        direction = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
        offset = PhantomParams().breast_offset_mm
        center = offset if side == "R" else -offset
        return Grid(shape, spacing, direction, (center - nk, _FRONT_MM, _MIDDLE_MM + nj))
    direction = np.diag([-1.0, -1.0, 1.0])  # i to the left, j to posterior, k to the head
    return Grid(shape, spacing, direction, (ni, _FRONT_MM, _MIDDLE_MM - nk))


def _write_exam(folder: Path, exam: _Exam, size: Size) -> ExamTruth:
    style, subject = exam.style, exam.subject
    grid = phantom_grid(size, sagittal=style.sagittal, side=_side(subject))
    injection = style.starts_s[1]
    middle = style.duration_s / 2
    delays = tuple(start - injection + middle for start in style.starts_s[: exam.phases])
    rng = np.random.default_rng(exam.seed)
    phantom = make_phantom(grid, delays, exam.params(size), rng)
    for file in style.files(subject, grid, phantom.images):
        file.write(folder / "dicom" / exam.folder)
    arrays = f"{FOLDER}/{exam.name}.npz"
    save_arrays(folder / arrays, phantom.truth)
    return ExamTruth(
        name=exam.name,
        style=style.name,
        patient_id=subject.patient_id,
        identity_removed=subject.identity_removed,
        manufacturer=style.manufacturer,
        field_strength_t=style.field_strength_t,
        n_phases=exam.phases,
        delays_s=delays,
        duration_s=style.duration_s,
        phase_key=style.phase_key,
        background=phantom.truth.background,
        pe_percent=phantom.truth.pe_percent,
        min_neighbors=phantom.truth.min_neighbors,
        lesion_side=subject.side,
        excluded=str(ExamCode.TOO_FEW_PHASES) if exam.phases < len(_GE.starts_s) else None,
        dicom=f"dicom/{exam.folder}",
        arrays=arrays,
    )


def _write_strays(folder: Path) -> None:
    """What lies about in a real export: a note, an archive, an empty file."""
    (folder / "README.txt").write_text("Digital phantoms; no person was imaged.\n")
    (folder / "inbox" / "thumbs").write_bytes(b"")
    with zipfile.ZipFile(folder / "inbox" / "backup.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("note.txt"), "nothing here\n")  # ZipInfo: fixed date
