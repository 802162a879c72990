"""Stripes over a slice: one point of k-space that a spark or an amplifier made far too large.

In the Fourier transform of a slice such a point stands alone. Edges of tissue make lines through
k-space and texture makes clouds, so a point is compared with the largest value in a ring around
it, which a line crosses and a cloud fills. The part of the ring that is much nearer to the center
of k-space, where all images are bright, does not count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, slice_center
from breastdce.qc.exam import QcExam

_CANDIDATES = 12
_LOWEST = 0.05  # cycles per voxel: below it a slice is brighter here than there, not striped
_INNER, _OUTER = 3, 6  # of the ring; a Hann window spreads a point over 2 voxels
_BOX = 9
_OUTWARD = 0.75


def _ring() -> NDArray[np.int64]:
    line = np.arange(-_OUTER, _OUTER + 1)
    u, v = np.meshgrid(line, line, indexing="ij")
    far = np.hypot(u, v)
    return np.stack([u, v])[:, (far >= _INNER) & (far <= _OUTER)]


def find(exam: QcExam) -> Finding:
    """Look for the loneliest point of k-space of all slices and phases."""
    best: tuple[float, int, int, float, float] = (0.0, 0, 0, 0.0, 0.0)
    for number, phase in enumerate(exam.native.phases):
        for index in range(phase.data.shape[2]):
            score, u, v = _loneliest(phase.data[:, :, index])
            best = max(best, (score, number, index, u, v))
    score, number, index, u, v = best
    if score == 0:
        return Finding(score=0.0)
    spacing = exam.grid.spacing_mm
    wave_mm = 1 / float(np.hypot(u / spacing[0], v / spacing[1]))
    return Finding(
        score=score,
        phases=(number,),
        voxel=slice_center(exam.grid.shape, index),
        words=f"Stripes {wave_mm:.1f} mm apart over slice {index} of phase {number}.",
    )


def _loneliest(image: Array) -> tuple[float, float, float]:
    """Ratio of a point of k-space to the ring around it, at most; its frequencies."""
    from scipy import fft, ndimage

    if min(image.shape) <= 2 * _OUTER or not image.any():
        return 0.0, 0.0, 0.0
    window = np.hanning(image.shape[0])[:, None] * np.hanning(image.shape[1])
    size = np.abs(fft.fft2((image * window).astype(np.float32)))
    u, v = (fft.fftfreq(n) for n in image.shape)
    floor = np.float32(1e-6) * size.max()  # where k-space was filled with zeros
    near = ndimage.uniform_filter(size, _BOX, mode="wrap") + floor
    lone = size / near
    radius = np.hypot(u[:, None], v)
    lone[radius < _LOWEST] = 0
    lone[:, v < 0] = 0  # the other half mirrors this one
    ring = _ring()
    best = (0.0, 0.0, 0.0)
    for place in np.argpartition(lone, -_CANDIDATES, axis=None)[-_CANDIDATES:]:
        a, b = np.unravel_index(place, lone.shape)
        i, j = (a + ring[0]) % size.shape[0], (b + ring[1]) % size.shape[1]
        around = size[i, j][radius[i, j] >= _OUTWARD * radius[a, b]]
        ratio = float(size[a, b] / max(float(around.max(initial=0)), float(floor)))
        best = max(best, (ratio, float(u[a]), float(v[b])))
    return best


DETECTOR = Detector(
    "spike",
    "Spike in k-space",
    CaveatCode.SPIKE,
    3.0,
    "Largest point of the Fourier transform of a slice over the largest value in a ring 3 to 6 "
    "points around it (own measure of the artifact described by Zhuo and Gullapalli, "
    "RadioGraphics 2006;26:275).",
    find,
)
