"""Clipped intensities: bright tissue that is cut off at the largest number of the receiver or file.

The histogram of a measured image thins out toward its maximum. Where signal was cut off,
everything above lies in the last bin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.core.counted import counted
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, Voxel, number_words
from breastdce.qc.exam import QcExam

_TOP, _BELOW = 0.995, 0.975  # of the maximum: the last bin, and the wider one below it
_WIDER = (_TOP - _BELOW) / (1 - _TOP)
_FEW = 20.0
"""Voxels: the tip of one bright vessel makes no pile."""


def find(exam: QcExam) -> Finding:
    """Compare the last bin of each phase's histogram with the one below."""
    scores = [pile(phase.data) for phase in exam.native.phases]
    worst = int(np.argmax(scores))
    image = exam.native.phases[worst].data
    if scores[worst] == 0:
        return Finding(score=0.0)
    phases = tuple(n for n, score in enumerate(scores) if score >= DETECTOR.threshold)
    cut = np.asarray(image >= _TOP * image.max())
    return Finding(
        score=scores[worst],
        phases=phases or (worst,),
        voxel=_fullest(cut),
        words=_words(int(cut.sum()), worst, float(image.max()), phases),
    )


def pile(image: Array) -> float:
    """Voxels in the last half percent of the range over those expected from the 2 % below it."""
    top = float(image.max())
    if top <= 0:
        return 0.0
    last = int(np.count_nonzero(image >= _TOP * top))
    below = int(np.count_nonzero(image >= _BELOW * top)) - last
    return last * _WIDER / (below + _FEW)


def _fullest(cut: NDArray[np.bool_]) -> Voxel:
    """A cut voxel in the slice that has most of them, nearest to their middle."""
    index = int(cut.sum(axis=(0, 1)).argmax())
    places = np.argwhere(cut[:, :, index])
    i, j = places[np.square(places - places.mean(axis=0)).sum(axis=1).argmin()]
    return int(i), int(j), index


def _words(count: int, worst: int, top: float, phases: tuple[int, ...]) -> str:
    cut, verb = counted(count, "voxel"), "lies" if count == 1 else "lie"
    others = f" Likewise in phases {number_words(phases)}." if len(phases) > 1 else ""
    return f"{cut} of phase {worst} {verb} within 0.5 % of its largest, {top:.6g}.{others}"


DETECTOR = Detector(
    "clipping",
    "Clipped intensities",
    CaveatCode.SIGNAL_CLIPPED,
    3.0,
    "Voxels within 0.5 % of a phase's maximum, times 4, over those in the 2 % below and 20 more "
    "(own measure).",
    find,
)
