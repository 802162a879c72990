"""What the header of an edited mask says, set against the grid of its image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from breastdce.core.codes import MaskCode
from breastdce.core.grid import FloatArray, Grid
from breastdce.imaging.alignment import Turn, turn_towards
from breastdce.review.turns import STRAIGHT, in_words

SAME_VOXELS = 0.01
"""Corners up to this part of the smallest voxel edge apart are one place. Headers are rounded: the
float32 of NIfTI and six digits of text are below 0.001 mm at 500 mm; a shift that some program
makes is a quarter of a voxel or more."""
_HALF = 0.02  # voxels; a shift so near to a half or to a whole number is called so
_AXES = "ijk"


@dataclass(frozen=True, slots=True)
class Header:
    """One header's story."""

    code: MaskCode
    """What the mask is if its voxels lie as the header says."""
    what: str
    turn: Turn
    """Brings the stored voxels onto the image if the header is right; `STRAIGHT` if it says
    nothing."""
    in_place: str = ""
    """What follows if the voxels are known not to be turned."""
    agreed: str = ""
    """What follows if the voxels are known to be turned as the header says."""


def read_against(claimed: Grid | None, image: Grid, shape: tuple[int, ...]) -> Header:
    """Say what a header means for an image.

    Parameters
    ----------
    claimed
        Grid that the mask's file states; None where it states none, or `says_nothing`.
    image
        Grid of the image.
    shape
        Of the mask, voxels along i, j, k.
    """
    if claimed is None:
        return _lost(image, shape)
    turn = turn_towards(claimed.direction, image.direction)
    if turn is None:
        return _tilted(claimed.direction, image.direction, STRAIGHT)
    facing = claimed if turn == STRAIGHT else turn.grid(claimed)
    if facing.apart_mm(image) <= _tolerance_mm(image):
        return _same(turn, image)
    if facing.shape != image.shape:
        return _other_shape(facing, image, turn)
    if not _same_spacing(facing, image):
        return _other_spacing(facing, image, turn)
    if _turned_mm(facing, image) > _tolerance_mm(image):
        return _tilted(facing.direction, image.direction, turn)
    return _shifted(facing, image, turn)


def _tolerance_mm(image: Grid) -> float:
    return SAME_VOXELS * min(image.spacing_mm)


def says_nothing(claimed: Grid, image: Grid) -> bool:
    """Whether a header is what programs write that know no geometry: axes of the world, origin 0.

    Spacing may be the image's: some programs keep that alone. An image that lies so itself is no
    reason to doubt a mask that does.
    """
    if claimed.shape == image.shape and claimed.apart_mm(image) <= _tolerance_mm(image):
        return False
    plain = np.array_equal(np.abs(claimed.direction), np.eye(3))
    unit = claimed.spacing_mm == (1.0, 1.0, 1.0)
    at_zero = claimed.origin_mm == (0.0, 0.0, 0.0)
    return bool(plain and at_zero and (unit or _same_spacing(claimed, image)))


def _same(turn: Turn, image: Grid) -> Header:
    if turn == STRAIGHT:
        return Header(MaskCode.RIGHT_GRID, "The mask has the voxels of its image.", turn)
    return Header(
        MaskCode.AXES_REORDERED,
        "By its header the mask lies on its image's voxels, with the axes stored otherwise: "
        f"{in_words(turn, image.direction)}.",
        turn,
        agreed="Its voxels agree.",
    )


def _lost(image: Grid, shape: tuple[int, ...]) -> Header:
    what = "The header does not say where the mask lies (no position and no orientation)."
    if sorted(shape) == sorted(image.shape):
        return Header(MaskCode.GRID_LOST, what, STRAIGHT, in_place="Its voxels are in place.")
    return Header(
        MaskCode.SHAPE_OTHER,
        f"The mask has {_times(shape)} voxels, its image {_times(image.shape)}. {what}",
        STRAIGHT,
    )


def _other_shape(facing: Grid, image: Grid, turn: Turn) -> Header:
    sizes = f"{_times(facing.shape)} voxels, its image {_times(image.shape)}"
    if not _same_spacing(facing, image):
        return Header(
            MaskCode.GRID_RESAMPLED,
            f"The mask was resampled: it has {sizes}, of {_mm(facing.spacing_mm)} instead of"
            f" {_mm(image.spacing_mm)}.",
            turn,
        )
    offset = _offset_voxels(facing, image)
    last = offset + np.subtract(facing.shape, 1)
    beyond = bool((offset < -_HALF).any() or (last > np.subtract(image.shape, 1) + _HALF).any())
    how = "reaches beyond it" if beyond else "is cut out of it"
    at = f"begins at its voxel {_numbers(offset)}"
    return Header(MaskCode.SHAPE_OTHER, f"The mask has {sizes}: it {how} and {at}.", turn)


def _other_spacing(facing: Grid, image: Grid, turn: Turn) -> Header:
    return Header(
        MaskCode.SPACING_CHANGED,
        f"The mask has as many voxels as its image, but by its header they are of"
        f" {_mm(facing.spacing_mm)} instead of {_mm(image.spacing_mm)}.",
        turn,
    )


def _tilted(direction: FloatArray, target: FloatArray, turn: Turn) -> Header:
    cosine = (np.trace(target.T @ direction) - 1) / 2
    degrees = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return Header(
        MaskCode.GRID_TILTED,
        f"The axes of the mask are tilted by {degrees:.3g} degrees against those of its image.",
        turn,
    )


def _shifted(facing: Grid, image: Grid, turn: Turn) -> Header:
    voxels = _offset_voxels(facing, image)
    mm = voxels * image.spacing_mm
    along = np.flatnonzero(np.abs(mm) > _tolerance_mm(image) / 2)  # one is, or all are equal
    parts = ", ".join(f"{mm[axis]:+.4g} mm along {_AXES[axis]}" for axis in along)
    size = _size_in_words(np.abs(voxels[along]))
    return Header(
        MaskCode.GRID_SHIFTED,
        f"By its header the mask is shifted by {size}: {parts}"
        f" ({np.linalg.norm(mm):.3g} mm in all).",
        turn,
    )


def _size_in_words(voxels: FloatArray) -> str:
    """Call a shift by its size; `voxels` are the parts along the axes that are shifted."""
    whole = np.rint(voxels)
    if (np.abs(voxels - 0.5) <= _HALF).all():
        return "half a voxel"
    if (np.abs(voxels - whole) <= _HALF).all():
        return "whole voxels" if voxels.max() > 1 + _HALF else "one voxel"
    return "a part of a voxel" if voxels.max() < 1 else f"up to {voxels.max():.4g} voxels"


def _offset_voxels(facing: Grid, image: Grid) -> FloatArray:
    """Where the first voxel of one grid lies, in voxels of the other."""
    shift_mm = image.direction.T @ np.subtract(facing.origin_mm, image.origin_mm)
    offset: FloatArray = shift_mm / image.spacing_mm
    return offset


def _same_spacing(other: Grid, image: Grid) -> bool:
    """Whether the last voxels of the image would be one place by either spacing."""
    apart = np.abs(np.subtract(other.spacing_mm, image.spacing_mm)) * image.shape
    return bool((apart <= _tolerance_mm(image)).all())


def _turned_mm(facing: Grid, image: Grid) -> float:
    """How far apart corners are that direction alone moves."""
    there = Grid(image.shape, image.spacing_mm, facing.direction, image.origin_mm)
    return there.apart_mm(image)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(str(size) for size in shape)


def _mm(spacing: tuple[float, float, float]) -> str:
    return " x ".join(f"{step:.4g}" for step in spacing) + " mm"


def _numbers(values: FloatArray) -> str:
    return "(" + ", ".join(f"{value + 0.0:.3g}" for value in values.round(2)) + ")"
