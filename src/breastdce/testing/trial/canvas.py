"""Tissue painted over tissue: the signal before contrast and its rise in the two post phases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from breastdce.testing.shapes import Array
from breastdce.testing.trial.frame import Frame


class Matter(IntEnum):
    """Values of the tissue map of a generated exam; later ones are painted over earlier ones."""

    AIR = 0
    FAT = 1
    SKIN = 2
    GLAND = 3
    MUSCLE = 4
    LUNG = 5
    HEART = 6
    VESSEL = 7
    NODE = 8
    FOCUS = 9
    LESION = 10
    NECROSIS = 11


@dataclass(frozen=True, slots=True)
class Paint:
    """What a tissue looks like: numbers, or arrays of the shape of the box that is painted."""

    baseline: Array | float
    """Signal before contrast; fat without contrast is 1."""
    early: Array | float = 0.0
    """Relative rise in the first phase after contrast; 1 doubles the signal."""
    late: Array | float = 0.0
    """The same in the second phase after contrast."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The noise-free exam while it is painted; float32 and uint8 arrays [i, j, k]."""

    signal: Array
    """Shape (3, i, j, k): before contrast, first and second phase after."""
    tissue: NDArray[np.uint8]
    """Values of `Matter`."""

    def lay(self, matter: Matter, share: Array, paint: Paint, frame: Frame) -> None:
        """Cover `share` of each voxel of the box `frame` with a tissue."""
        window = frame.window
        share = np.broadcast_to(share, frame.shape)
        baseline = np.asarray(paint.baseline, np.float32)
        for phase, rise in enumerate((0.0, paint.early, paint.late)):
            below = self.signal[(phase, *window)]
            below += share * (baseline * (1 + np.asarray(rise, np.float32)) - below)
        self.tissue[window][share >= 0.5] = matter


def blank(shape: tuple[int, int, int]) -> Canvas:
    """Return a canvas of air."""
    return Canvas(np.zeros((3, *shape), np.float32), np.zeros(shape, np.uint8))
