"""One mask of several readers by majority, and the decisions that every consensus rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Window
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box

S = TypeVar("S", bound=np.generic)


class Decisions(NamedTuple):
    """What readers said of each voxel, counted by pattern.

    Voxels of which all readers say the same have one pattern: a few patterns stand for millions of
    voxels.
    """

    said: NDArray[np.bool_]
    """Patterns that occur, shape (patterns, readers)."""
    counts: NDArray[np.int64]
    """Voxels of each, over the whole grid."""
    of_box: NDArray[np.int64]
    """Pattern of each voxel in `box`, [i, j, k]; all other voxels were marked by nobody."""
    box: Window


def decisions(masks: Sequence[Mask]) -> Decisions:
    """Count the patterns of at least one reader's marks, all on one grid.

    Raises
    ------
    ValueError
        There is no mask, or masks differ in shape.
    """
    if not masks or any(mask.data.shape != masks[0].data.shape for mask in masks):
        raise ValueError("no masks, or masks on different grids")
    box = _enclosing([bounding_box(mask.data) for mask in masks])
    codes = np.zeros(masks[0].data[box].shape, np.int64, order="F")
    for bit, mask in enumerate(masks):
        codes |= mask.data[box].astype(np.int64) << bit
    # Nobody's voxels come first, whether or not the box holds some.
    patterns, of_box = np.unique(np.append(codes.ravel(order="F"), 0), return_inverse=True)
    counts = np.bincount(of_box, minlength=len(patterns))
    counts[0] += masks[0].data.size - counts.sum()
    said = (patterns[:, None] >> np.arange(len(masks)) & 1).astype(np.bool_)
    return Decisions(said, counts, of_box[:-1].reshape(codes.shape, order="F"), box)


def _enclosing(boxes: Sequence[Window]) -> Window:
    """Smallest box around boxes, of which empty ones say nothing."""
    known = [box for box in boxes if box[0].stop] or [boxes[0]]
    i, j, k = (
        slice(min(part.start for part in parts), max(part.stop for part in parts))
        for parts in zip(*known, strict=True)
    )
    return i, j, k


def over_grid(values: NDArray[S], found: Decisions, shape: tuple[int, int, int]) -> NDArray[S]:
    """Give each voxel of a grid the value of its pattern, one value per pattern."""
    whole = np.full(shape, values[0], values.dtype, order="F")
    whole[found.box] = values[found.of_box]
    return whole


def majority(masks: Sequence[Mask]) -> Mask:
    """Voxels that more than half of the readers marked; half is not enough.

    Raises
    ------
    ValueError
        There is no mask, or masks differ in shape.
    """
    found, grid = decisions(masks), masks[0].grid
    votes = np.count_nonzero(found.said, axis=1)
    return Mask(over_grid(2 * votes > len(masks), found, grid.shape), grid)
