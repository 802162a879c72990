"""Bright structures outside the breast that spoil the normalization (Fig. 2 of the paper).

A z-score over the whole image takes its standard deviation from everything in it. The score is
the harm itself: by how much the standard deviation is larger than it would be if nothing outside
the breasts were brighter than the brightest breast tissue.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.core.grid import FloatArray, Grid
from breastdce.imaging.moving_mean import box_mean
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Voxel
from breastdce.qc.exam import QcExam

_TOP = 99.9  # percentile of the breast: tumor and vessels, not the odd voxel
_MARGIN_MM = 6.0  # around the breasts: skin that the mask missed
_LEAST = 100
"""Breast voxels that a percentile needs."""


def find(exam: QcExam) -> Finding:
    """Measure what bright structures add to the standard deviation of the three phases."""
    near = _grown(exam.breast.data, exam.grid)
    if np.count_nonzero(exam.breast.data) < _LEAST or near.all():
        return Finding(score=0.0, words="No outside of the breast to look at.")
    breast, outside = (mask.ravel(order="F") for mask in (exam.breast.data, ~near))
    spread, tamed = 0.0, 0.0
    excess: list[float] = []
    for phase in exam.triple:
        signal = phase.data.ravel(order="F")  # as it lies in memory
        cap = np.float32(np.percentile(signal[breast], _TOP))
        over = signal[(signal > cap) & outside].astype(np.float64)
        variance, lost = _spread(phase.data, over, float(cap))
        spread += variance
        tamed += variance - lost
        excess.append(float((over - cap).sum()))
    score = float(np.sqrt(spread / tamed)) - 1 if tamed > 0 else 0.0
    if score <= 0:
        return Finding(score=0.0)
    role = int(np.argmax(excess))
    voxel = _brightest(tuple(exam.triple)[role].data, near)
    return Finding(
        score=score,
        phases=(exam.facts.phase_indices[role],),
        voxel=voxel,
        words=f"Structures brighter than the breast make the standard deviation of the images "
        f"{100 * score:.1f} % larger; the brightest one lies in slice {voxel[2]}.",
    )


def _spread(image: NDArray[np.float32], over: FloatArray, cap: float) -> tuple[float, float]:
    """Variance of an image, and what it loses where the voxels `over` it are held at `cap`."""
    mean = float(image.mean(dtype=np.float64))
    squares = np.square(over - mean).sum() - over.size * (cap - mean) ** 2
    shift = (over - cap).sum() / image.size
    return float(image.var(dtype=np.float64)), float(squares / image.size + shift**2)


def _grown(breast: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    from scipy import ndimage

    near = breast
    for axis, step in enumerate(grid.spacing_mm):
        size = 2 * round(_MARGIN_MM / step) + 1
        near = ndimage.maximum_filter1d(near.view(np.uint8), size, axis=axis).view(np.bool_)
    return near


def _brightest(image: NDArray[np.float32], near: NDArray[np.bool_]) -> Voxel:
    """Brightest place outside after smoothing: not a single voxel of noise."""
    smooth = box_mean(image, (5, 5, 3))
    smooth[near] = -np.inf
    i, j, k = np.unravel_index(int(smooth.argmax()), smooth.shape)
    return int(i), int(j), int(k)


DETECTOR = Detector(
    "bright_outside",
    "Bright structures outside the breast",
    CaveatCode.BRIGHT_OUTSIDE,
    0.005,
    "Standard deviation of the three phases over that with voxels farther than 6 mm from the "
    "breasts held at the breasts' 99.9th percentile, less 1 (own measure of what Fig. 2 of the "
    "paper shows).",
    find,
)
