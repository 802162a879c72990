"""Missing slices: two neighbors differ far more than those before and after them.

Anatomy changes evenly from slice to slice. Where slices were lost and the rest was closed up, one
step is as large as several.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import slice_center
from breastdce.qc.detectors._stack import distances
from breastdce.qc.exam import QcExam

_REACH = 4
"""Steps on each side that a step is compared with."""


def find(exam: QcExam) -> Finding:
    """Look for the step that is largest beside its neighbors."""
    best = (0.0, 0, 0)
    for number, phase in enumerate(exam.native.phases):
        scores = jumps(distances(phase.data)[0, :-1])
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
        words=f"From slice {at} to {at + 1} of phase {number} the image changes {1 + score:.1f} "
        "times as much as from slice to slice around them.",
    )


def jumps(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each step over the larger of the medians of the four before and the four after, less 1."""
    score = np.zeros(steps.size)
    typical = float(np.median(steps)) if steps.size else 0.0
    for at in range(1, steps.size - 1):
        before, after = steps[max(0, at - _REACH) : at], steps[at + 1 : at + 1 + _REACH]
        beside = max(float(np.median(before)), float(np.median(after)), 0.25 * typical)
        score[at] = steps[at] / beside - 1 if beside > 0 else 0.0
    return np.maximum(score, 0)


DETECTOR = Detector(
    "slice_gap",
    "Missing slices",
    CaveatCode.SLICE_GAP,
    0.8,
    "Mean absolute difference of neighbors over the median of the four steps before or after, "
    "whichever is larger, less 1, of slices averaged in blocks (own measure).",
    find,
)
