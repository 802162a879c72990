"""Runs of equal gray level along the offsets of a radius, averaged (CaPTk GLRLM).

Source: CaPTk 1.8.1, `depends/GLRLMFeatures.h`, on ITK 5.2's
`itkScalarImageToRunLengthMatrixFilter.hxx` and `itkHistogramToRunLengthFeaturesFilter.hxx`.
"""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.imaging.box import widened
from breastdce.radiomics.binning import bin_edges, bin_index
from breastdce.radiomics.emphasis import cells, emphasis
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.captk._geometry import affine
from breastdce.radiomics.matrices.offsets import Offset, captk_offsets
from breastdce.radiomics.matrices.run_length import count_itk_runs
from breastdce.radiomics.region import Region


class GlrlmParams(Params, frozen=True):
    """Bins and offsets."""

    bins: Annotated[int, msgspec.Meta(ge=2, le=4096)] = 128
    """Of gray level, and of run length between 0 and the diagonal of the region's box."""
    radius: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    """In voxels; `captk_offsets` says which offsets that means."""


_RUNS = (
    "Runs step by whole offsets and go on outside the region. Their lengths are bins of distance "
    "between 0 and the diagonal of the region's bounding box, so that features depend on its size."
)
_MEANINGS = (
    ("GreyLevelNonuniformity", "Sum over gray levels of the squared number of runs, over runs."),
    ("HighGreyLevelRunEmphasis", "Mean squared gray level of the runs."),
    ("LongRunEmphasis", "Mean squared length bin of the runs."),
    ("LongRunHighGreyLevelEmphasis", "Mean of squared length bin times squared gray level."),
    ("LongRunLowGreyLevelEmphasis", "Mean of squared length bin over squared gray level."),
    ("LowGreyLevelRunEmphasis", "Mean of 1 over squared gray level."),
    ("RunLengthNonuniformity", "Sum over length bins of the squared number of runs, over runs."),
    ("RunPercentage", "Number of runs over number of voxels."),
    ("ShortRunEmphasis", "Mean of 1 over squared length bin."),
    ("ShortRunHighGreyLevelEmphasis", "Mean of squared gray level over squared length bin."),
    ("ShortRunLowGreyLevelEmphasis", "Mean of 1 over squared gray level and squared length bin."),
    ("TotalRuns", "Number of runs."),
)


def features(params: GlrlmParams) -> tuple[Feature, ...]:
    """Meaning of the 12 features."""
    return tuple(Feature(name, meaning, "1", _RUNS) for name, meaning in _MEANINGS)


def compute(region: Region, params: GlrlmParams) -> Values:
    """Each feature per offset, then its mean; without any counted run most are undefined."""
    names = FAMILY.names(params)
    if region.size == 0:
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    scene = _scene(region, params)
    offsets = [_forward(offset) for offset in captk_offsets(params.radius)]
    each = {offset: _features(scene, offset, params.bins) for offset in sorted(set(offsets))}
    means = np.mean([each[offset] for offset in offsets], axis=0)
    found = (Undefined.NO_PAIRS if np.isnan(mean) else float(mean) for mean in means)
    return dict(zip(names, found, strict=True))


class _Scene(NamedTuple):
    """What runs are followed in."""

    image: NDArray[np.float32]
    """Shape (k, j, i), C order."""
    first: Offset
    """Index in the image of the first voxel of `codes`."""
    codes: NDArray[np.int16]
    """Bins around the region, shape (k, j, i), C order; -1 out of range and beyond the image."""
    where: NDArray[np.int64]
    """Flat positions of the region's voxels in `codes`."""
    lower: NDArray[np.float64]
    """Lower edges of the bins of gray level."""
    highest: float
    to_mm: NDArray[np.float64]
    longest_mm: float
    """Diagonal of the box around the region's voxel centers, along the axes of the scanner."""


def _scene(region: Region, params: GlrlmParams) -> _Scene:
    low, high = float(region.values.min()), float(region.values.max())
    lower = bin_edges(low, high, params.bins)
    sides = list(zip(region.box, region.grid.shape, strict=True))
    margin = params.radius
    near = widened(region.box, [margin] * 3, region.grid.shape)
    beyond = [(max(0, margin - b.start), max(0, b.stop + margin - n)) for b, n in sides]
    around = region.image.data[near]
    codes = bin_index(around.ravel(order="F"), lower).reshape(around.shape, order="F")
    with np.errstate(invalid="ignore"):  # what is not a number is out of range
        codes[~((around >= low) & (around <= high))] = -1
    codes = np.pad(codes, beyond, constant_values=-1)
    where = np.flatnonzero(np.pad(region.inside, margin).ravel(order="F"))
    i, j, k = (side.start - margin for side in region.box)
    to_mm = affine(region.grid)
    return _Scene(
        np.ascontiguousarray(region.image.data.T),
        (i, j, k),
        np.ascontiguousarray(codes.T),
        where,
        lower,
        high,
        to_mm,
        _diagonal_mm(region, to_mm),
    )


def _diagonal_mm(region: Region, to_mm: NDArray[np.float64]) -> float:
    """Diagonal of the box around positions, each rounded to float32 after every step."""
    index = [
        axis + side.start for axis, side in zip(np.nonzero(region.inside), region.box, strict=True)
    ]
    squared = 0.0
    for row in to_mm:
        place = np.full(index[0].shape, row[3], np.float32)
        for part, step in zip(index, row, strict=False):
            place = (place.astype(np.float64) + step * part).astype(np.float32)
        squared += (float(place.max()) - float(place.min())) ** 2
    return float(np.float32(math.sqrt(squared)))


def _forward(offset: Offset) -> Offset:
    """The offset or its opposite, whichever runs forward in memory."""
    i, j, k = offset
    return offset if (k, j, i) > (0, 0, 0) else (-i, -j, -k)


def _features(scene: _Scene, offset: Offset, bins: int) -> NDArray[np.float64]:
    """The features of one offset in the order of the names; NaN without a run."""
    lengths = bin_edges(0.0, scene.longest_mm, bins)
    runs = count_itk_runs(
        scene.image,
        scene.first,
        scene.codes,
        scene.where,
        offset,
        (scene.highest, scene.longest_mm),
        scene.lower,
        lengths,
        scene.to_mm,
    )
    if not runs.any():
        empty = {"RunPercentage": 0.0, "TotalRuns": 0.0}
        return np.array([empty.get(name, np.nan) for name, _ in _MEANINGS])
    found = emphasis(cells(runs))
    return np.array(
        [
            found.gray_nonuniformity,
            found.high_gray,
            found.long,
            found.long_high_gray,
            found.long_low_gray,
            found.low_gray,
            found.column_nonuniformity,
            found.total / scene.where.size,
            found.short,
            found.short_high_gray,
            found.short_low_gray,
            found.total,
        ]
    )


FAMILY = Family("glrlm", params=GlrlmParams, features=features, compute=compute)
