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
from breastdce.qc.detectors._spectrum_loops import loneliest
from breastdce.qc.exam import QcExam

_LOWEST = 0.05  # cycles per voxel: below it a slice is brighter here than there, not striped
_INNER, _OUTER = 3, 6  # of the ring; a Hann window spreads a point over 2 voxels
_OUTWARD = 0.75


def _ring() -> NDArray[np.int64]:
    """Steps to the points of the ring, the nearest first: they are most often the largest."""
    line = np.arange(-_OUTER, _OUTER + 1)
    u, v = np.meshgrid(line, line, indexing="ij")
    far = np.hypot(u, v)
    steps = np.stack([u, v], axis=-1)[(far >= _INNER) & (far <= _OUTER)]
    return np.asarray(steps[np.argsort(np.hypot(*steps.T), kind="stable")])


_RING = _ring()


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
    from scipy import fft

    rows, columns = image.shape
    window = (np.hanning(rows)[:, None] * np.hanning(columns)).astype(np.float32)
    seen = np.ascontiguousarray(image * window)
    if min(image.shape) <= 2 * _OUTER or not seen.any():
        return 0.0, 0.0, 0.0
    half = np.abs(fft.rfft2(seen))
    mirrored = (columns - 1) // 2  # columns of the other half
    other = np.roll(half[::-1, mirrored:0:-1], 1, axis=0)
    size = np.concatenate([half, other], axis=1)
    u, v = fft.fftfreq(rows), fft.fftfreq(columns)
    floor = 1e-6 * float(size.max())  # where k-space was filled with zeros
    ratio, a, b = loneliest(size, u, v[: -(-columns // 2)], _RING, _LOWEST, _OUTWARD, floor)
    return ratio, float(u[a]), float(v[b])


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
