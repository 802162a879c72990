"""Truth on disk: `truth.json` for what is expected of each exam, one npz of arrays beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.testing.phantom import Truth

FOLDER, TABLE = "truth", "truth.json"


class ExamTruth(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader must find of one exam; paths are relative to the cohort's folder."""

    name: str
    style: str
    """ge, siemens or philips."""
    patient_id: str
    identity_removed: bool
    manufacturer: str
    """As published: GE, Siemens or Philips."""
    field_strength_t: float
    n_phases: int
    delays_s: tuple[float, ...]
    """Middle of each phase after the start of the first phase after contrast (the injection)."""
    duration_s: float
    phase_key: str
    """Header field that separates the phases, or `series` for one series per phase."""
    background: int
    pe_percent: float
    min_neighbors: int
    """Thresholds of the phantom's own FTV."""
    lesion_side: str
    excluded: str | None = None
    """Code for which the exam must be left out of the data set."""
    dicom: str
    arrays: str


class CohortTruth(msgspec.Struct, frozen=True, kw_only=True):
    """The exams of a cohort."""

    size: str
    exams: tuple[ExamTruth, ...]


def save_arrays(path: Path, truth: Truth) -> None:
    """Write the arrays of `truth` to a compressed npz."""
    grid = truth.grid
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        affine=grid.affine,
        spacing_mm=np.array(grid.spacing_mm),
        direction=grid.direction,
        origin_mm=np.array(grid.origin_mm),
        labels=truth.labels,
        phases=np.stack(truth.phases),
        shading=truth.shading,
        uniform=truth.uniform,
        pe=truth.pe,
        ser=truth.ser,
        ftv=truth.ftv,
        thresholds=np.array([truth.background, truth.pe_percent, truth.min_neighbors]),
    )


def load_arrays(path: Path) -> Truth:
    """Read what `save_arrays` wrote."""
    with np.load(path) as stored:
        background, pe_percent, min_neighbors = stored["thresholds"]
        x, y, z = (float(value) for value in stored["origin_mm"])
        di, dj, dk = (float(value) for value in stored["spacing_mm"])
        ni, nj, nk = stored["labels"].shape
        return Truth(
            grid=Grid((ni, nj, nk), (di, dj, dk), stored["direction"], (x, y, z)),
            labels=stored["labels"],
            phases=tuple(stored["phases"]),
            shading=stored["shading"],
            uniform=stored["uniform"],
            pe=stored["pe"],
            ser=stored["ser"],
            ftv=stored["ftv"],
            background=int(background),
            pe_percent=float(pe_percent),
            min_neighbors=int(min_neighbors),
        )


def save_table(folder: Path, truth: CohortTruth) -> None:
    """Write truth.json; the last file of a cohort, so that its presence means complete."""
    text = msgspec.json.format(msgspec.json.encode(truth), indent=2)
    (folder / FOLDER / TABLE).write_bytes(text + b"\n")


def load_truth(folder: Path) -> CohortTruth:
    """Read the truth of a cohort that `write_cohort` wrote to `folder`.

    Raises
    ------
    InputError
        TABLE_INVALID when there is no complete cohort.
    """
    path = folder / FOLDER / TABLE
    try:
        return msgspec.json.decode(path.read_bytes(), type=CohortTruth)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "No phantom cohort here",
            evidence={"folder": folder.name, "problem": type(error).__name__},
            remedy="Write one with breastdce.testing.write_cohort.",
        ) from error
