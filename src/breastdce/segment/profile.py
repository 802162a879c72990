"""Which boxes of an exam a network looks at, in which windows: as validated, or fast.

`full` walks as the model was validated. `fast` takes one breast at a time in one pass where memory
suffices: overlapping windows compute most voxels several times, and there is no tumor in the air.
The two differ, since instance norm sees other statistics; neither is chosen silently.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Window
from breastdce.imaging.box import bounding_box, widened
from breastdce.segment.inference_memory import Memory
from breastdce.segment.sampling import MARGIN_MM
from breastdce.segment.windows import Shape, WindowPlan, rounded_up, starts

Breast = NDArray[np.bool_]
_BRIDGE = 0.25
"""Largest plane between two breasts, relative to the largest of the smaller one."""
_OVERLAP = 0.25  # MONAI's default
_WIDTHS = (96, 48)
"""Shortest window that is wished for, and that there may be: of 32 voxels, 2 are left for the
deepest norm of five levels."""


class Walk(NamedTuple):
    """The way through an exam."""

    plan: WindowPlan
    regions: tuple[Window, ...]
    """Boxes that are looked at; elsewhere the probability is 0. None: everything."""
    within: Breast | None = None
    """Windows that touch none of these voxels are left out; None: none is."""


def full_walk(plan: WindowPlan, breast: Breast | None) -> Walk:
    """All windows over the box of the breasts, as in training and validation."""
    if breast is None or not breast.any():
        return Walk(plan, ())
    return Walk(plan, (_with_margin(bounding_box(breast), breast.shape),))


def fast_walk(
    plan: WindowPlan, shape: Shape, breast: Breast | None, divisor: Shape, memory: Memory
) -> Walk:
    """One breast at a time, each in as few voxels of windows as memory allows.

    Parameters
    ----------
    plan
        Of the model; its windows, their overlap and its mirror are not used.
    shape
        Of the exam.
    breast
        Bool, [i, j, k], i running to the right or left; None or empty: everything is looked at.
    divisor
        What axes of a window are multiples of.
    memory
        What a window may take.
    """
    boxes: Sequence[Window] = [(slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2]))]
    if breast is not None and breast.any():
        boxes = breast_boxes(breast)
    regions = tuple(_with_margin(box, shape) for box in boxes)
    longest = [max(box[axis].stop - box[axis].start for box in regions) for axis in range(3)]
    window = fitting_window(longest, memory.window_voxels(shape), divisor)
    return Walk(
        msgspec.structs.replace(plan, window=window, overlap=_OVERLAP, mirror=False),
        regions,
        breast if breast is not None and breast.any() else None,
    )


def breast_boxes(breast: Breast) -> tuple[Window, ...]:
    """Box of each breast; of both together where they cannot be told apart.

    They are parted at the plane of the middle third that has the fewest voxels of the mask.
    """
    whole = bounding_box(breast)
    first, last = whole[0].start, whole[0].stop
    planes = np.count_nonzero(breast[first:last], axis=(1, 2))
    third = len(planes) // 3
    if third == 0:
        return (whole,)
    cut = third + int(planes[third : len(planes) - third].argmin())
    if planes[cut] >= _BRIDGE * min(planes[:cut].max(), planes[cut:].max()):
        return (whole,)
    boxes = []
    for start, stop in ((first, first + cut), (first + cut, last)):
        i, j, k = bounding_box(breast[start:stop])
        boxes.append((slice(start + i.start, start + i.stop), j, k))
    return tuple(boxes)


def fitting_window(shape: Sequence[int], most: int, divisor: Shape) -> Shape:
    """Window of at most so many voxels whose walk over a box computes the fewest.

    No shorter than 96 voxels where the box is longer, or than 48 where memory does not suffice; one
    of 48 is taken whatever memory there is.
    """
    whole = rounded_up(shape, divisor)
    for width in _WIDTHS:
        along = [
            range(min(n, -(-width // step) * step), n + 1, step)
            for n, step in zip(whole, divisor, strict=True)
        ]
        fitting = [(i, j, k) for i, j, k in product(*along) if i * j * k <= most]
        if fitting:
            return min(fitting, key=lambda window: (_work(whole, window), -min(window)))
    i, j, k = (min(n, _WIDTHS[-1]) for n in whole)
    return rounded_up((i, j, k), divisor)


def _work(shape: Shape, window: Shape) -> int:
    """Voxels that all windows compute."""
    return math.prod(
        len(starts(length, width, _OVERLAP)) * width
        for length, width in zip(shape, window, strict=True)
    )


def _with_margin(box: Window, shape: Sequence[int]) -> Window:
    return widened(box, (MARGIN_MM,) * 3, shape)
