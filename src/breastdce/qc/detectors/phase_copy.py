"""A phase, or part of its slices, that is the copy of another one.

Noise never repeats: two phases of the same tissue differ by it in every slice. Where the fine
structure of two phases is the same but for a factor, the pixels are the same. Edges of tissue are
the same in all phases, and with large voxels and little noise they are most of the fine structure.
So only the calmer half of a slice is looked at, where noise is what there is.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, fine, mismatch, number_words, slice_center
from breastdce.qc.exam import QcExam

_SAME = 0.5
"""Mismatch of fine structure below which two slices are copies; a factor and rounding make 0.3 at
most where noise is small, noise makes 0.9 and more."""
_CALM = 0.5
"""Part of a slice's voxels."""


def find(exam: QcExam) -> Finding:
    """Look for the two phases that share most slices."""
    patterns = [fine(phase.data) for phase in exam.native.phases]
    best: tuple[float, int, int, list[int]] = (0.0, 0, 0, [])
    for one, other in combinations(range(len(patterns)), 2):
        same = copies(patterns[one], patterns[other])
        if same.mean() > best[0]:
            best = (float(same.mean()), one, other, np.flatnonzero(same).tolist())
    score, one, other, slices = best
    if score == 0:
        return Finding(score=0.0)
    return Finding(
        score=score,
        phases=(one, other),
        voxel=slice_center(exam.grid.shape, slices[len(slices) // 2]),
        words=f"Phases {one} and {other} hold the same pixels in {len(slices)} of "
        f"{exam.grid.shape[2]} slices ({number_words(slices)}).",
    )


def copies(one: Array, other: Array) -> NDArray[np.bool_]:
    """Which slices of two stacks of fine structure are copies of each other; blank ones are not."""
    apart = [_calm_mismatch(one[:, :, k], other[:, :, k]) for k in range(one.shape[2])]
    return np.asarray(np.asarray(apart) < _SAME)


def _calm_mismatch(one: Array, other: Array) -> float:
    size = np.abs(one)
    noisy = size > 0  # not air that the scanner blanked
    if not noisy.any():
        return float("nan")
    calm = noisy & (size <= np.quantile(size[noisy], _CALM))
    return mismatch(one[calm], other[calm])


DETECTOR = Detector(
    "phase_copy",
    "Repeated phase",
    CaveatCode.PHASE_REPEATED,
    0.01,
    "Largest share of slices whose fine structure (difference to the four neighbors) in the calmer "
    "half of the voxels is the same in two phases: sqrt(1 - r^2) below 0.5 (own measure).",
    find,
)
