"""The bias field that was divided out, from what is published: raw signal over corrected signal.

The field itself is no file of the data set. The corrected pre-contrast image is the normalized one
times its standard deviation plus its mean; the raw one is brought to its grid. The pre-contrast
phase is the one that motion correction leaves where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from breastdce.core.volume import Volume
from breastdce.imaging.resample import Edge, linear
from breastdce.report.color import pe_ramp
from breastdce.report.plane import Cut

TOP = 3.0
"""The scale runs from 1/TOP to TOP times the field's median, evenly in its logarithm."""
_BLOCK = 4  # mm: far finer than a field of a few control points, coarse enough to lose noise
_TISSUE = 0.1  # of the 99th percentile of the corrected image: above it, ratios are defined

FloatPlane = NDArray[np.float32]
_Sums = tuple[NDArray[np.float64], NDArray[np.float64]]


class Contour(NamedTuple):
    """A line of equal field: its level, its dashes (pixels on in a period), its gray."""

    level: float
    on: int
    period: int
    gray: int


CONTOURS = (Contour(0.5, 1, 3, 255), Contour(1.0, 1, 1, 255), Contour(2.0, 4, 6, 0))


@dataclass(frozen=True, slots=True, eq=False)
class FieldView:
    """Raw and corrected pre-contrast image on the 1 mm grid, and sums of both in blocks."""

    raw: Volume
    corrected: Volume
    blocks: _Sums
    """Sums of raw and of corrected signal over the tissue of each block of 4 voxels; where there
    is none, of the nearest."""
    median: float
    """Of the field over blocks with tissue."""
    low: float
    high: float
    """Percentiles 1 and 99 of the same, over the median."""


def field_view(native: Volume, image: Volume, mean: float, sd: float) -> FieldView | None:
    """Find the field; None where no voxel has signal.

    Parameters
    ----------
    native
        Raw signal of the pre-contrast phase.
    image
        The same phase, corrected and z-scored with `mean` and `sd`.
    """
    corrected = image.with_data(image.data * np.float32(sd) + np.float32(mean))
    raw = linear(native, image.grid, Edge.EXTEND)
    least = _TISSUE * float(np.percentile(corrected.data, 99.0))
    tissue = (corrected.data > max(least, 0.0)) & (raw.data > 0)
    if not tissue.any():
        return None
    sums = _block_sums(raw.data * tissue), _block_sums(corrected.data * tissue)
    solid = sums[1] > 0
    field = sums[0][solid] / sums[1][solid]
    median = float(np.median(field))
    low, high = (float(cut) / median for cut in np.percentile(field, (1.0, 99.0)))
    return FieldView(raw, corrected, _filled(sums), median, low, high)


def field_on(view: FieldView, cut: Cut) -> FloatPlane:
    """The field over its median as [row, column] of the cut.

    Blocks are interpolated linearly, raw and corrected sums apart.
    """
    raw, corrected = (_spread(part, cut) for part in view.blocks)
    return np.asarray(raw / corrected / view.median, np.float32)


def field_layer(field: FloatPlane) -> Image.Image:
    """The field in the colors of the ramp, with lines where it is half, once, twice its median."""
    level = np.log(np.clip(field, 1 / TOP, TOP)) / (2 * np.log(TOP)) + 0.5
    colors = np.array(pe_ramp(), np.uint8)[np.rint(255 * level).astype(np.uint8)]
    along = np.add.outer(np.arange(field.shape[0]), np.arange(field.shape[1]))
    for contour in CONTOURS:
        drawn = _border(field >= contour.level) & (along % contour.period < contour.on)
        colors[drawn] = contour.gray
    return Image.fromarray(np.ascontiguousarray(colors))


def _border(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels inside that have a neighbor outside; the picture's edge is none."""
    border = np.zeros_like(inside)
    border[1:] |= inside[1:] & ~inside[:-1]
    border[:-1] |= inside[:-1] & ~inside[1:]
    border[:, 1:] |= inside[:, 1:] & ~inside[:, :-1]
    border[:, :-1] |= inside[:, :-1] & ~inside[:, 1:]
    return border


def _filled(sums: _Sums) -> _Sums:
    """Give blocks without tissue the sums of the nearest block that has some."""
    from scipy import ndimage

    empty = sums[1] <= 0
    near = ndimage.distance_transform_edt(empty, return_distances=False, return_indices=True)
    raw, corrected = (part[tuple(near)] for part in sums)
    return raw, corrected


def _block_sums(data: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sums over blocks of 4 voxels along each axis; the last may be smaller."""
    sums: NDArray[np.float64] = data.astype(np.float64)
    for axis, length in enumerate(data.shape):
        sums = np.add.reduceat(sums, np.arange(0, length, _BLOCK), axis=axis)
    return sums


def _spread(sums: NDArray[np.float64], cut: Cut) -> NDArray[np.float64]:
    """The slice of the block sums that a cut lies in, interpolated to its pixels."""
    plane = cut.plane
    part = np.take(sums, cut.index // _BLOCK, axis=plane.normal)
    fine = Image.fromarray(np.ascontiguousarray(part, np.float32)).resize(
        (part.shape[1] * _BLOCK, part.shape[0] * _BLOCK), Image.Resampling.BILINEAR
    )
    first, second = (span for axis, span in enumerate(cut.crop) if axis != plane.normal)
    shown: NDArray[np.float64] = plane.lay_out(np.asarray(fine, np.float64)[first, second])
    return shown
