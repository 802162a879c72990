"""Peaks of the mean intensity in a ball of 1 mL around a voxel (IBSI 1, section 3.2).

The ball may reach out of the region: only its center must lie in it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import NoParams
from breastdce.imaging.box import widened
from breastdce.imaging.kernel import kernel
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.region import Region

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_RADIUS_MM = 10 * (3 / (4 * math.pi)) ** (1 / 3)
_BALL = "Mean over the voxels of the image whose centers lie within 6.2 mm (a ball of 1 mL)"
_FEATURES = (
    Feature(
        "local_peak",
        f"{_BALL} of the voxel with the largest intensity; the largest of several.",
        "intensity",
        ibsi="VJGA",
        tag="loc_peak_loc",
    ),
    Feature(
        "global_peak",
        f"{_BALL} of any voxel of the region; the largest of these means.",
        "intensity",
        ibsi="0F91",
        tag="loc_peak_glob",
    ),
)


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the 2 peaks."""
    return _FEATURES


def compute(region: Region, params: NoParams) -> Values:
    """Sum rows of voxels within the ball; voxels that are not finite do not count."""
    if region.size == 0:
        return dict.fromkeys(FAMILY.names(params), Undefined.EMPTY_REGION)
    peaks = _means(region)[region.inside.T]
    return {
        "local_peak": float(peaks[region.values == region.values.max()].max()),
        "global_peak": float(peaks.max()),
    }


def _means(region: Region) -> FloatArray:
    """Mean over the ball around each voxel of the region, [k, j, i] of its box."""
    chords = _chords(region.grid.spacing_mm)
    block, known = _surroundings(region, chords)
    first, last = _row_ends(np.ascontiguousarray(region.inside.T))
    sums = _ball_sums(block, chords, first, last)
    if known.all():
        sums /= float((2 * chords + 1)[chords >= 0].sum())
    else:
        counts = _ball_sums(known.astype(np.float64), chords, first, last)
        sums /= np.maximum(counts, 1.0)  # 0 lies outside the region, where there are no sums
    return sums


def _chords(spacing_mm: tuple[float, float, float]) -> IntArray:
    """Rows of the ball, [k, j]: voxels on either side of its middle plane; -1 outside the ball."""
    reach_j, reach_k = (int(_RADIUS_MM / step) for step in spacing_mm[1:])
    j = np.arange(-reach_j, reach_j + 1) * spacing_mm[1]
    k = np.arange(-reach_k, reach_k + 1)[:, None] * spacing_mm[2]
    left = _RADIUS_MM**2 - j**2 - k**2
    return np.where(left >= 0, np.sqrt(np.maximum(left, 0)) // spacing_mm[0], -1).astype(np.int64)


def _surroundings(region: Region, chords: IntArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The box with the ball's reach around it, [k, j, i]: intensities, and which are known.

    What is not finite or lies outside the image is 0 and not known.
    """
    reach = (int(chords.max()), chords.shape[1] // 2, chords.shape[0] // 2)
    inner = widened(region.box, reach, region.grid.shape)
    missing = [
        (by - (part.start - inside.start), by - (inside.stop - part.stop))
        for part, inside, by in zip(region.box, inner, reach, strict=True)
    ]
    image = np.ascontiguousarray(region.image.data[inner].T, dtype=np.float64)
    known = np.isfinite(image)
    image[~known] = 0.0
    return np.pad(image, missing[::-1]), np.pad(known, missing[::-1])


@kernel
def _row_ends(inside: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """First and last voxel of the region in each row of [k, j, i]; the last is -1 without any."""
    nk, nj, ni = inside.shape
    first, last = np.zeros((nk, nj), np.int64), np.full((nk, nj), -1)
    for k in range(nk):
        for j in range(nj):
            for i in range(ni):
                if inside[k, j, i]:
                    if last[k, j] < 0:
                        first[k, j] = i
                    last[k, j] = i
    return first, last


@kernel
def _ball_sums(block: FloatArray, chords: IntArray, first: IntArray, last: IntArray) -> FloatArray:
    """Sums over the ball around each voxel from the first to the last of its row, else 0.

    Each plane of the block is summed along i once for every length of chord, and its rows are
    added to all rows that they are in reach of.
    """
    longest = chords.max()
    planes, rows, columns = block.shape
    nk, nj, ni = first.shape[0], first.shape[1], columns - 2 * longest
    sums = np.zeros((nk, nj, ni))
    chord = np.zeros((longest + 1, rows, ni))
    for plane in range(planes):
        for row in range(rows):
            _sum_chords(block[plane, row], chord[:, row])
        for dk in range(max(0, plane - nk + 1), min(chords.shape[0], plane + 1)):
            k = plane - dk
            for j in range(nj):
                part = slice(first[k, j], last[k, j] + 1)
                total = sums[k, j, part]
                for dj in range(chords.shape[1]):
                    if chords[dk, dj] >= 0:
                        summand = chord[chords[dk, dj], j + dj, part]
                        for i in range(total.size):  # from 0, so that it becomes vector code
                            total[i] += summand[i]
    return sums


@kernel
def _sum_chords(row: FloatArray, chord: FloatArray) -> None:
    """Sums of 2 h + 1 voxels around each voxel of a row, for each half-length h: chord[h]."""
    longest = chord.shape[0] - 1
    for half in range(chord.shape[0]):
        for i in range(chord.shape[1]):
            ends = row[i + longest - half] + row[i + longest + half]
            chord[half, i] = chord[half - 1, i] + ends if half else row[i + longest]


FAMILY = Family("local_intensity", params=NoParams, features=features, compute=compute)
