"""A generated exam as a network is fed, and what is true of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.testing.anatomy import SIDES, breast_truth
from breastdce.testing.learning.description import Description
from breastdce.testing.learning.draw import draw
from breastdce.testing.learning.render import render

Shape = tuple[int, int, int]
_DRAWN_AGAIN = 20


class LearningExam(NamedTuple):
    """Arrays on a grid of 1 mm, i to the right, j to the front, k to the head."""

    images: NDArray[np.float32]
    """[phase, i, j, k]: before contrast, early, late; z-scored by the moments of all three."""
    label: NDArray[np.bool_]
    """The main lesion with its rim, core and necrosis, and its satellites within 20 mm."""
    breast: NDArray[np.bool_]
    """Both breasts, as far as they are seen."""
    grid: Grid
    description: Description


def learning_exam(seed: int, index: int, shape: Shape = (96, 96, 96)) -> LearningExam:
    """Make an exam.

    Parameters
    ----------
    seed
        Of the cohort.
    index
        Of the exam in it; every byte follows from the three arguments.
    shape
        Voxels along i, j and k. Less than 150 mm from side to side see one breast.

    Returns
    -------
    LearningExam
    """
    for attempt in range(_DRAWN_AGAIN):
        entropy = np.random.SeedSequence([seed, index, attempt])
        rng = np.random.Generator(np.random.Philox(entropy))
        what = draw(rng, most_ml=_most_ml(shape))
        grid = field_of_view(shape, what, rng)
        try:
            seen = render(grid, what, rng)
        except ValueError:  # a small breast and a large tumor: draw both again
            continue
        stacked = np.stack(seen.phases)
        mean, sd = stacked.mean(dtype=np.float64), stacked.std(dtype=np.float64)
        images = ((stacked - mean) / sd).astype(np.float32)
        breast = np.logical_or.reduce(list(breast_truth(grid, what.anatomy).values()))
        return LearningExam(images, seen.label, breast, grid, what)
    raise ValueError(f"no exam of shape {shape} in {_DRAWN_AGAIN} draws")


def _most_ml(shape: Shape) -> float:
    """Tumors may fill about a twelfth of the field of view."""
    return float(np.clip(np.prod(shape) / 12e3, 2.0, 30.0))


def field_of_view(shape: Shape, what: Description, rng: np.random.Generator) -> Grid:
    """Draw a field of view of 1 mm around one breast, or both where it is wide enough for them."""
    params, (tilt_x, tilt_y, tilt_z) = what.anatomy, np.deg2rad(what.acquisition.tilt_deg)
    turns = []
    for axis, angle in enumerate((tilt_x, tilt_y, tilt_z)):
        a, b = [other for other in range(3) if other != axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        turns.append(turn)
    direction = turns[0] @ turns[1] @ turns[2]
    wide = shape[0] >= 150
    x = 0.0 if wide else SIDES[params.lesion_side] * params.breast_offset_mm
    # The tip of the breast stands a little behind the front of the field of view.
    y = params.breast_depth_mm + rng.uniform(4, 14) - shape[1] / 2
    middle = np.array([x + rng.normal(0, 5), y, -5 + rng.normal(0, 6)])
    half = (np.asarray(shape) - 1) / 2
    i, j, k = map(float, middle - direction @ half)
    return Grid(shape, (1.0, 1.0, 1.0), direction, (i, j, k))
