"""Slices in the wrong order: a slice is more like a distant one than like its neighbor.

In a stack in order, the difference between two slices grows with the distance between them.
Where slices were exchanged or a run of them was turned around, a slice that lies farther away
is the more similar one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import slice_center
from breastdce.qc.detectors._stack import distances
from breastdce.qc.exam import QcExam


def find(exam: QcExam) -> Finding:
    """Look for the step between neighbors that is largest beside a step over several slices."""
    best = (0.0, 0, 0)
    for number, phase in enumerate(exam.native.phases):
        scores = disorder(distances(phase.data, exam.grid.spacing_mm))
        if scores.size:
            at = int(scores.argmax())
            best = max(best, (float(scores[at]), number, at))
    score, number, at = best
    if score <= 0:
        return Finding(score=0.0)
    return Finding(
        score=score,
        phases=(number,),
        voxel=slice_center(exam.grid.shape, at),
        words=f"Slice {at} of phase {number} is {1 + score:.1f} times as far from slice {at + 1} "
        "as from one that lies farther away.",
    )


def disorder(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each pair of neighbors, their difference over the least to a farther slice, less 1."""
    count = table.shape[1] - 1
    if count < 2:
        return np.zeros(0)
    step = table[0, :count]
    nearest = np.full(count, np.inf)
    for lag in range(2, table.shape[0] + 1):
        row = table[lag - 1]
        ahead = row[:count]  # from k to k + lag
        back = np.full(count, np.nan)  # from k + 1 to k + 1 - lag
        if lag - 1 < count:
            back[lag - 1 :] = row[: count - lag + 1]
        nearest = np.fmin(nearest, np.fmin(ahead, back))
    floor = 1e-3 * float(np.nanmedian(step)) if np.isfinite(step).any() else 0.0
    return np.asarray(np.maximum(step / np.maximum(nearest, max(floor, 1e-12)) - 1, 0))


DETECTOR = Detector(
    "slice_order",
    "Slices out of order",
    CaveatCode.SLICE_ORDER,
    0.35,
    "Mean absolute difference of neighbors over the least difference to a slice farther away, up "
    "to a quarter of the stack, less 1, of slices averaged in squares of 8 mm (own measure).",
    find,
)
