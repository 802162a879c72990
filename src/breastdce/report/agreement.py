"""How far the masks of an exam agree: every pair on the grid of the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.resample import Edge, nearest

ORDER = ("ftv", "stv-candidate", "stv-auto", "stv-expert")
"""Masks that are compared, and the order in which they are drawn."""


class Pair(NamedTuple):
    """Two masks on one grid."""

    first: str
    second: str
    dice: float
    """Sorensen-Dice coefficient, 0 to 1."""
    shared_ml: float


def on_image_grid(masks: Mapping[str, Mask], grid: Grid) -> dict[str, Mask]:
    """Masks of the tumor, those on the native grid carried over by nearest neighbor."""
    return {
        name: masks[name] if masks[name].grid.matches(grid) else _carried(masks[name], grid)
        for name in ORDER
        if name in masks and masks[name].data.any()
    }


def pairs(masks: Mapping[str, Mask]) -> list[Pair]:
    """Compare each mask with those after it; all on one grid, none empty."""
    names = list(masks)
    return [
        _pair(masks, first, second)
        for number, first in enumerate(names)
        for second in names[number + 1 :]
    ]


def _carried(mask: Mask, grid: Grid) -> Mask:
    return nearest(mask, grid, Edge.EXTEND)


def _pair(masks: Mapping[str, Mask], first: str, second: str) -> Pair:
    a, b = masks[first], masks[second]
    shared = int(np.count_nonzero(a.data & b.data))
    total = int(np.count_nonzero(a.data)) + int(np.count_nonzero(b.data))
    return Pair(first, second, 2.0 * shared / total, shared * a.grid.voxel_ml)
