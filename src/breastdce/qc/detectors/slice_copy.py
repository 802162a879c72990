"""Repeated slices: two slices of a phase with the same pixels.

Noise never repeats, so two slices with the same fine structure are one slice that was stored
twice. Equal slices at the two ends of a stack are no fault: programs that resample pad so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, fine, number_words, slice_center
from breastdce.qc.exam import QcExam

_SAME = 0.15
"""Mismatch of fine structure below which two slices are copies; see `mismatch`."""


def find(exam: QcExam) -> Finding:
    """Count the repeated slices of the phase that has most."""
    best: tuple[int, int, list[int]] = (0, 0, [])
    for number, phase in enumerate(exam.native.phases):
        repeats = repeated(phase.data)
        if len(repeats) > best[0]:
            best = (len(repeats), number, repeats)
    count, number, slices = best
    if count == 0:
        return Finding(score=0.0)
    return Finding(
        score=float(count),
        phases=(number,),
        voxel=slice_center(exam.grid.shape, slices[0]),
        words=f"Phase {number} holds {count} slices twice ({number_words(slices)}).",
    )


def repeated(image: Array) -> list[int]:
    """Slices that equal an earlier one, but for those that pad the ends of the stack."""
    rows = fine(image).reshape(-1, image.shape[2]).astype(np.float64)
    size = np.sqrt(np.square(rows).sum(axis=0))
    full = size > 0
    unit = rows / np.where(full, size, 1)
    alike = unit.T @ unit
    same = np.triu(np.sqrt(np.clip(1 - alike**2, 0, 1)) < _SAME, 1)
    same &= full[:, None] & full
    first, last = _core(same)
    return [k for k in range(first + 1, last + 1) if same[first:k, k].any()]


def _core(same: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last slice without the padding at both ends."""
    first, last = 0, same.shape[0] - 1
    while first < last and same[first, first + 1]:
        first += 1
    while last > first and same[last - 1, last]:
        last -= 1
    return first, last


DETECTOR = Detector(
    "slice_copy",
    "Repeated slices",
    CaveatCode.SLICE_REPEATED,
    1.0,
    "Number of slices whose fine structure (difference to the four neighbors) is that of an "
    "earlier one: sqrt(1 - r^2) below 0.15 (own measure).",
    find,
)
