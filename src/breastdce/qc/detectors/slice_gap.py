"""Missing slices: two neighbors differ far more than those right before and right after them.

Anatomy changes evenly from slice to slice: where it changes fast, it does so over several slices.
Where slices were lost and the rest was closed up, one step alone is as large as several. It is so
in all phases, since their slices lie in the same planes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import slice_center
from breastdce.qc.detectors._stack import distances
from breastdce.qc.exam import QcExam

_LEAST = 0.25
"""Of the median step: what a step is compared with, at least."""


def find(exam: QcExam) -> Finding:
    """Look for the step that stands out most, on average over the phases."""
    spacing = exam.grid.spacing_mm
    steps = [distances(phase.data, spacing, 1)[0, :-1] for phase in exam.native.phases]
    scores = np.mean([jumps(one) for one in steps], axis=0)
    if not scores.size or scores.max() <= 0:
        return Finding(score=0.0)
    at = int(scores.argmax())
    score = float(scores[at])
    return Finding(
        score=score,
        phases=tuple(range(len(steps))),
        voxel=slice_center(exam.grid.shape, at),
        words=f"From slice {at} to {at + 1} the image changes {1 + score:.1f} times as much as "
        "from slice to slice beside them.",
    )


def jumps(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each step over the larger one of its two neighbors, less 1; 0 at the ends, and at least 0."""
    score = np.zeros(steps.size)
    if steps.size < 3:
        return score
    beside = np.maximum(np.maximum(steps[:-2], steps[2:]), _LEAST * np.median(steps))
    np.divide(steps[1:-1], beside, out=score[1:-1], where=beside > 0)
    score[1:-1] -= beside > 0
    return np.maximum(score, 0)


DETECTOR = Detector(
    "slice_gap",
    "Missing slices",
    CaveatCode.SLICE_GAP,
    0.6,
    "Mean absolute difference of neighbors over that of the pair before or after, whichever is "
    "larger, less 1, of slices averaged in squares of 8 mm; mean of the phases (own measure).",
    find,
)
