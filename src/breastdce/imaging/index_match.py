"""Put a mask on its image voxel by voxel, as it lies in its file: no turning, no resampling.

For collections whose masks were written on their image's voxels. A mask whose header says otherwise
is refused with what is different, since turning it silently may undo, or make, a mirror image.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.alignment import NEAR_VOXELS, SAME_MM, Turn, turn_towards

_SAME_SPACING = 1e-4  # relative; as in headers of float32 and decimal strings
_SAME_COSINE = 1e-3
_STRAIGHT = Turn((0, 1, 2), (False, False, False))


def by_index(mask: Mask, image: Grid) -> tuple[Mask, tuple[Caveat, ...]]:
    """The mask's voxels on the grid of its image, index by index.

    Parameters
    ----------
    mask
        As read from its file, on the grid that its header states.
    image
        Grid of the image that the mask belongs to.

    Returns
    -------
    tuple
        The mask on `image`, and what must be said beside it: GEOMETRY_NEAR for positions up to a
        tenth of a voxel apart; HEADER_LOST where the header states the identity, which is what
        programs write that know no geometry, and the shape agrees.

    Raises
    ------
    InputError
        GRID_MISMATCH with both grids and the kind of difference: another shape, swapped or flipped
        axes, turned axes, other spacing, shifted.
    """
    apart = mask.grid.apart_mm(image)
    moved = Mask(mask.data, image) if mask.grid.shape == image.shape else mask
    if apart <= SAME_MM:
        return moved, ()
    if apart <= NEAR_VOXELS * min(image.spacing_mm):
        return moved, (Caveat(CaveatCode.GEOMETRY_NEAR, {"apart_mm": float(f"{apart:.3g}")}),)
    if mask.grid.shape == image.shape and _says_nothing(mask.grid, image):
        return moved, (Caveat(CaveatCode.HEADER_LOST),)
    raise InputError(
        ErrorCode.GRID_MISMATCH,
        "A mask is not on the voxels of its image",
        evidence={
            "difference": "; ".join(_differences(mask.grid, image)),
            "image": image.describe(),
            "mask": mask.grid.describe(),
        },
        remedy="Save the mask again on its image's own voxels; nothing is turned silently.",
    )


def _says_nothing(grid: Grid, image: Grid) -> bool:
    """Whether a grid is the identity, but for spacing that may be the image's."""
    plain = np.array_equal(grid.direction, np.eye(3)) and grid.origin_mm == (0.0, 0.0, 0.0)
    ours = np.allclose(grid.spacing_mm, image.spacing_mm, rtol=_SAME_SPACING, atol=0)
    return bool(plain and (grid.spacing_mm == (1.0, 1.0, 1.0) or ours))


def _differences(mask: Grid, image: Grid) -> Iterator[str]:
    if mask.shape != image.shape:
        yield "other shape"
    turn = turn_towards(mask.direction, image.direction)
    if turn is None:
        yield "turned axes"
        return
    if turn.order != _STRAIGHT.order:
        yield "swapped axes: " + " ".join("ijk"[axis] for axis in turn.order)
    if any(turn.flips):
        flipped = [f"{'ijk'[n]}" for n, flip in enumerate(turn.flips) if flip]
        yield "flipped axis " + " ".join(flipped)
    facing = turn.grid(mask)
    if np.abs(facing.direction - image.direction).max() > _SAME_COSINE:
        yield "turned axes"
    if not np.allclose(facing.spacing_mm, image.spacing_mm, rtol=_SAME_SPACING, atol=0):
        yield "other spacing"
    shift = np.subtract(facing.origin_mm, image.origin_mm)
    if np.abs(shift).max() > SAME_MM:
        yield "shifted by " + " ".join(f"{step:.4g}" for step in shift) + " mm"
