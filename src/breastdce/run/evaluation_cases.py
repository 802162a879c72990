"""Read the two masks of each exam, on one grid, and measure how well they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import participant_of
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import read_labels, read_volume
from breastdce.imaging.resample import Edge, nearest
from breastdce.segment.bundle import Origin
from breastdce.segment.evaluation import ScoredCase
from breastdce.segment.scores import SoftDice, score, soft_dice

OnCase = Callable[[int, int, str], None]
_BYTE = 255.0  # probability maps may be stored as p * 255


class EvaluationCase(NamedTuple):
    """One exam's files."""

    exam: str
    prediction: Path
    reference: Path
    origin: Origin = "unknown"
    probability: Path | None = None
    """Needed only for the published program's scores."""
    carried: Literal["prediction", "reference"] | None = None
    """Which of the two, if on another grid, is carried to the grid of the other by nearest
    neighbor: the FTV, which is measured on the native grid."""


def evaluate_cases(
    cases: Sequence[EvaluationCase],
    *,
    as_published: bool = False,
    voxels: bool = False,
    on_case: OnCase | None = None,
) -> list[ScoredCase]:
    """Measure each case; `on_case` is called before each with its number from 1, count and name.

    Raises
    ------
    InputError
        GRID_MISMATCH where the two masks of a case are on different grids; IMAGE_INVALID.
    """
    found = []
    for number, case in enumerate(cases, 1):
        if on_case is not None:
            on_case(number, len(cases), case.exam)
        found.append(_score_case(case, as_published=as_published, voxels=voxels))
    return found


def _score_case(case: EvaluationCase, *, as_published: bool, voxels: bool) -> ScoredCase:
    prediction, reference = _read(case.prediction), _read(case.reference)
    if case.carried == "prediction":
        prediction = _carried(prediction, reference.grid)
    elif case.carried == "reference":
        reference = _carried(reference, prediction.grid)
    _check_grid(case.exam, prediction.grid, reference.grid)
    extent = np.multiply(reference.grid.shape, reference.grid.spacing_mm)
    return ScoredCase(
        exam=case.exam,
        participant=participant_of(case.exam),
        origin=case.origin,
        scores=score(prediction, reference),
        diagonal_mm=float(np.linalg.norm(extent)),
        soft=_soft(case, reference) if as_published else None,
        hd95_voxels=score(_unit(prediction), _unit(reference)).hd95_mm if voxels else None,
    )


def _read(path: Path) -> Mask:
    labels = read_labels(path)
    present = labels.present()
    if len(present) > 1:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A mask holds several labels",
            evidence={"file": path.name, "labels": ", ".join(map(str, present[:12]))},
            remedy="Write the tumor alone, as one label.",
        )
    return labels.mask(next(iter(present), 1))


def _carried(mask: Mask, grid: Grid) -> Mask:
    return mask if mask.grid.matches(grid) else nearest(mask, grid, Edge.ITK)


def _check_grid(exam: str, prediction: Grid, reference: Grid) -> None:
    if prediction.matches(reference):
        return
    raise InputError(
        ErrorCode.GRID_MISMATCH,
        "A predicted mask and its reference are on different grids",
        evidence={
            "exam": exam,
            "prediction": prediction.describe(),
            "reference": reference.describe(),
        },
        remedy="Write the prediction on the grid of its reference; nothing is resampled here.",
    )


def _soft(case: EvaluationCase, reference: Mask) -> SoftDice:
    if case.probability is None:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "The published scores need probabilities, and an exam has none",
            evidence={"exam": case.exam},
            remedy="Put <exam>_prob.nii.gz beside each mask, or leave out --as-published.",
        )
    volume = read_volume(case.probability)
    _check_grid(case.exam, volume.grid, reference.grid)
    if volume.data.max() > 1:
        volume = volume.with_data(volume.data / np.float32(_BYTE))
    if volume.data.min() < 0 or volume.data.max() > 1:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A map holds values that are no probabilities",
            evidence={"file": case.probability.name},
            remedy="Give p as 0 to 1, or as 0 to 255.",
        )
    return soft_dice(Volume(volume.data, reference.grid), reference)


def _unit(mask: Mask) -> Mask:
    grid = mask.grid
    return Mask(mask.data, Grid(grid.shape, (1.0, 1.0, 1.0), grid.direction, grid.origin_mm))
