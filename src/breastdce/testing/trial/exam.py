"""One generated exam as a network is fed with it, and a cohort of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.params import Params
from breastdce.testing.definitions import pooled_zscore
from breastdce.testing.shapes import Array
from breastdce.testing.trial.body import breast_mask, paint_body, paint_thorax, shape_body
from breastdce.testing.trial.canvas import Matter, blank
from breastdce.testing.trial.description import ExamDescription, Point
from breastdce.testing.trial.draw import draw_exam
from breastdce.testing.trial.frame import whole
from breastdce.testing.trial.gland import paint_gland
from breastdce.testing.trial.negatives import paint_negatives
from breastdce.testing.trial.scan import draw_moves, scan, shifted
from breastdce.testing.trial.tumor import paint_tumor
from breastdce.testing.trial.vessels import paint_vessels

_TRIES = 20
_LEAST_ML = 0.25
"""Of label inside the field; less than that is drawn anew."""


class LearningFacts(Params, frozen=True):
    """What is known of a generated exam, for strata and subgroups."""

    seed: int
    index: int
    volume_ml: float
    """Of the label."""
    necrosis_ml: float
    """Of the tumor, the part that hardly enhances."""
    description: ExamDescription


@dataclass(frozen=True, slots=True, eq=False)
class LearningExam:
    """One exam, C order, on a grid of 1 mm with the axes of a real one of its slice plane."""

    images: Array
    """Three phases, float32 [phase, i, j, k], pooled z-score."""
    label: NDArray[np.bool_]
    """The tumor as a reader outlines it on the first phase after contrast: rim, core, necrosis,
    and the parts within 2 cm."""
    breast: NDArray[np.bool_]
    """Both breasts, as far as they are in the field."""
    tissue: NDArray[np.uint8]
    """Values of `Matter`, where they are before contrast."""
    grid: Grid
    facts: LearningFacts


def learning_exam(
    seed: int, index: int, shape: tuple[int, int, int] = (96, 96, 96)
) -> LearningExam:
    """Make exam number `index` of the cohort of a seed.

    Parameters
    ----------
    seed, index, shape
        Fix every byte, whatever was made before.
        `shape`: voxels of 1 mm along i, j, k; sagittal exams run to posterior, to the feet and to
        the right, axial ones to the left, to posterior and to the head. A shape smaller than the
        anatomy sees the part of it with the tumor.

    Raises
    ------
    InputError
        CALL_INVALID when the field of view is too small to hold a tumor.
    """
    for attempt in range(_TRIES):
        words = np.random.SeedSequence([seed, index, attempt])
        rng = np.random.Generator(np.random.Philox(words))
        exam = _render(seed, index, draw_exam(rng, shape), shape, rng)
        if exam is not None:
            return exam
    raise InputError(
        ErrorCode.CALL_INVALID,
        "The field of view is too small for a tumor",
        evidence={"shape": shape},
        remedy="Ask for at least 48 voxels of 1 mm along each axis.",
    )


def learning_cohort(
    seed: int, count: int, shape: tuple[int, int, int] = (96, 96, 96), first: int = 0
) -> Iterator[LearningExam]:
    """Make `count` exams of a seed, one after the other, from number `first` on."""
    for index in range(first, first + count):
        yield learning_exam(seed, index, shape)


def exam_grid(description: ExamDescription, shape: tuple[int, int, int]) -> Grid:
    """Return the grid of an exam: voxels of 1 mm from the drawn corner of its field."""
    x, y, z = description.origin_mm
    if description.scanner.plane == "sagittal":
        direction = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
        origin: Point = (x, y + shape[0] - 1, z + shape[1] - 1)
    else:
        direction = np.diag([-1.0, -1.0, 1.0])
        origin = (x + shape[0] - 1, y + shape[1] - 1, z)
    return Grid(shape, (1.0, 1.0, 1.0), direction, origin)


def _render(
    seed: int,
    index: int,
    description: ExamDescription,
    shape: tuple[int, int, int],
    rng: np.random.Generator,
) -> LearningExam | None:
    woman, lesion, scanner = description.woman, description.lesion, description.scanner
    grid = exam_grid(description, shape)
    frame, canvas = whole(grid), blank(shape)
    body = shape_body(frame, woman, rng)
    paint_body(canvas, frame, body, woman, scanner, rng)
    paint_gland(canvas, frame, body, woman, scanner, rng)
    paint_thorax(canvas, frame, body, woman, scanner, rng)
    paint_vessels(canvas, frame, body, woman, lesion, scanner, rng)
    paint_negatives(canvas, frame, body, woman, lesion, scanner, rng)
    breast = breast_mask(frame, body, woman)
    moves = draw_moves(frame, scanner, rng)
    tumor = paint_tumor(canvas, frame, body, lesion, scanner, rng)
    label = (shifted(tumor.astype(np.float32), frame, moves[0], order=1) >= 0.5) & breast
    volume = float(label.sum()) / 1000
    if volume < _LEAST_ML:
        return None
    dead = float((canvas.tissue == Matter.NECROSIS).sum()) / 1000
    return LearningExam(
        images=pooled_zscore(scan(canvas.signal, frame, scanner, moves, rng)),
        label=label,
        breast=breast,
        tissue=canvas.tissue,
        grid=grid,
        facts=LearningFacts(
            seed=seed,
            index=index,
            volume_ml=volume,
            necrosis_ml=dead,
            description=description,
        ),
    )
