"""Fill the empty slices between two drawn ones by the shape of both.

Shape-based interpolation: each drawn slice becomes a map of signed distance to its outline,
positive inside; the maps are interpolated linearly, and what is positive between is inside (Raya,
Udupa, IEEE Trans Med Imaging 1990;9:32).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box

Axis = Literal[0, 1, 2]


def fill_between(mask: Mask, axis: Axis) -> Mask:
    """Interpolate between the drawn slices across an axis.

    Parameters
    ----------
    mask
        Bool, [i, j, k]; a slice counts as drawn when a voxel of it is true.
    axis
        Across which slices are counted: 0, 1 or 2 for i, j, k.

    Returns
    -------
    Mask
        The mask with every gap between two drawn slices filled. Drawn slices stay as they are, and
        nothing is added before the first and after the last.

    Notes
    -----
    A voxel between is filled only where one of the two slices is: where the shapes of both do not
    overlap, a gap of more than a slice or two may stay empty in its middle. The signed distance
    of a voxel is that to the nearest center on the other side of the outline, in mm in the plane;
    the outline lies halfway.
    """
    data = np.moveaxis(mask.data, axis, 0)
    filled = mask.data.copy(order="F")
    into = np.moveaxis(filled, axis, 0)
    rest = [mm for at, mm in enumerate(mask.grid.spacing_mm) if at != axis]
    drawn = np.flatnonzero(data.any(axis=(1, 2)))
    for first, last in pairwise(drawn.tolist()):
        if last - first > 1:
            _fill(into, first, last, (rest[0], rest[1]))
    return Mask(filled, mask.grid)


def _fill(
    slices: NDArray[np.bool_], first: int, last: int, spacing_mm: tuple[float, float]
) -> None:
    """Fill the slices between two, in place; only what either covers can be reached."""
    _, rows, columns = bounding_box(slices[[first, last]])
    one, other = (_signed_mm(slices[at, rows, columns], spacing_mm) for at in (first, last))
    for at in range(first + 1, last):
        part = (at - first) / (last - first)
        slices[at, rows, columns] = (1.0 - part) * one + part * other > 0


def _signed_mm(drawn: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> FloatArray:
    """Distance to the nearest voxel of the other kind, negative outside; all beyond is outside."""
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    padded = np.pad(drawn, 1)
    inside = ndimage.distance_transform_edt(padded, sampling=spacing_mm)
    outside = ndimage.distance_transform_edt(~padded, sampling=spacing_mm)
    signed: FloatArray = (inside - outside)[1:-1, 1:-1]
    return signed
