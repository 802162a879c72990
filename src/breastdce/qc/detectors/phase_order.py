"""Phases in the wrong order: tissue that should take up contrast loses signal instead.

Contrast raises the signal of vessels, heart, gland and tumor by far more than anything lowers it
again. Where the phase taken for the pre-contrast one is brighter than a later one in strongly
changing voxels, the two were exchanged. The order of two phases after contrast cannot be told from
their signal: washout of one tissue is as likely as uptake of another. There, only times can.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import ExamFacts
from breastdce.imaging.kernel import read_only
from breastdce.imaging.moving_mean import box_mean
from breastdce.qc.detectors._change_loops import strong_changes
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, number_words, slice_center
from breastdce.qc.exam import QcExam

_RISE = 0.5  # of the lower signal: washout between late phases is less
_TIMES = 4.0  # as many voxels must fall as rise before a slice counts as reversed
_LEAST_SHARE = 0.005  # of a slice's body that must change
_LEAST = 50
"""Changing voxels of a slice."""


def find(exam: QcExam) -> Finding:
    """Look for a later phase that enhances toward the pre-contrast one."""
    pre = exam.facts.phase_indices[0]
    body, level = exam.outside.body.data, exam.outside.level
    before = calm(exam.native.phases[pre].data)
    best: tuple[float, int, list[int]] = (0.0, pre, [])
    for later in range(pre + 1, len(exam.native.phases)):
        after = calm(exam.native.phases[later].data)
        rising, falling = changing(before, after, body, level)
        told = np.maximum(rising, falling) >= _enough(body)
        back = told & (falling > _TIMES * rising)
        score = float(back.sum() / told.sum()) if told.any() else 0.0
        if score > best[0]:
            best = (score, later, np.flatnonzero(back).tolist())
    score, later, slices = best
    if not _rises(exam.facts):
        return Finding(score=1.0, phases=(pre,), words="The times of the phases do not rise.")
    if score == 0:
        return Finding(score=0.0)
    return Finding(
        score=score,
        phases=(pre, later),
        voxel=slice_center(exam.grid.shape, slices[len(slices) // 2]),
        words=f"Phase {pre}, taken as pre-contrast, enhances over phase {later} in {len(slices)} "
        f"slices ({number_words(slices)}).",
    )


def changing(
    before: Array, after: Array, body: NDArray[np.bool_], level: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Body voxels of each slice that rise and that fall strongly; images are `calm`.

    No common factor is taken out. Fat that is suppressed less after contrast would be that factor,
    and gland beside it would seem to fall; and a scanner that lowers its gain after contrast
    spoils all that is computed of the phases, which is a finding as well.
    """
    one, other, inside = read_only(before.T), read_only(after.T), read_only(body.T)
    return strong_changes(one, other, inside, np.float32(level), np.float32(1 + _RISE))


def calm(image: Array) -> Array:
    """Means over three by three voxels of a slice: noise of one voxel is no change."""
    return box_mean(image, (3, 3))


def _enough(body: NDArray[np.bool_]) -> NDArray[np.float64]:
    count = np.count_nonzero(body, axis=(0, 1))
    return np.asarray(np.maximum(_LEAST, _LEAST_SHARE * count), np.float64)


def _rises(facts: ExamFacts) -> bool:
    known = [time for time in facts.delays_s if time is not None]
    return all(one < other for one, other in pairwise(known))


DETECTOR = Detector(
    "phase_order",
    "Wrong order of phases",
    CaveatCode.PHASE_ORDER_DOUBTFUL,
    0.15,
    "Share of the slices with strong change in which four times as many voxels fall by a third, "
    "from the pre-contrast phase to a later one, as rise by half (own measure).",
    find,
)
