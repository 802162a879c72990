"""Stripes over a slice: one point of k-space that a spark or an amplifier made far too large.

In the Fourier transform of a slice such a point stands alone. Edges of tissue make lines through
k-space and texture makes clouds, so a point is compared with the largest value in a ring around
it, which a line crosses and a cloud fills. The part of the ring that is much nearer to the center
of k-space, where all images are bright, does not count. A spark hits one phase, and tissue is in
all of them: so the point must stand alone in what the slice differs from the other phases as well,
or stand out still more in the slice itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, slice_center
from breastdce.qc.detectors._spectrum_loops import loneliest, whole_sizes
from breastdce.qc.exam import QcExam

_LOWEST = 0.05
"""Cycles per voxel, or more, so that the ring leaves out the center: below it a slice is brighter
here than there, not striped."""
_INNER, _OUTER = 3, 6  # of the ring; a Hann window spreads a point over 2 voxels
_ROUNDING = np.float32(1e-6)  # of the largest point: below are zeros that k-space was filled with
_OUTWARD = 0.75
_ALL_PHASES = 1.2
"""How much larger a point must be that stands alone in the slice but not in its difference to the
other phases: one that is in all of them."""
Complex = NDArray[np.complex64]


def _ring() -> NDArray[np.int64]:
    """Steps to the points of the ring, the nearest first: they are most often the largest."""
    line = np.arange(-_OUTER, _OUTER + 1)
    u, v = np.meshgrid(line, line, indexing="ij")
    far = np.hypot(u, v)
    steps = np.stack([u, v], axis=-1)[(far >= _INNER) & (far <= _OUTER)]
    return np.asarray(steps[np.argsort(np.hypot(*steps.T), kind="stable")])


_RING = _ring()


class _Point(NamedTuple):
    """The loneliest point of a slice, and where it is in k-space."""

    score: float
    u: int
    v: int


class _Frame(NamedTuple):
    """What all slices of an exam share."""

    window: Array
    far: Array
    """Frequencies of k-space with its margin, line after line."""
    ring: NDArray[np.int64]
    """Steps from a point to those of its ring."""
    shape: tuple[int, int, int]
    limits: tuple[float, float, float]


def find(exam: QcExam) -> Finding:
    """Look for the loneliest point of k-space of all slices and phases."""
    rows, columns, slices = exam.grid.shape
    if min(rows, columns) <= 2 * _OUTER:
        return Finding(score=0.0)
    frame = _frame(rows, columns)
    best, number, index = _Point(0.0, 0, 0), 0, 0
    images = [phase.data for phase in exam.native.phases]
    for k in range(slices):
        for n, point in enumerate(_loneliest([image[:, :, k] for image in images], frame)):
            if point.score > best.score:
                best, number, index = point, n, k
    if best.score == 0:
        return Finding(score=0.0)
    spacing = exam.grid.spacing_mm
    u, v = (_cycles(best.u, rows) / spacing[0], _cycles(best.v, columns) / spacing[1])
    return Finding(
        score=best.score,
        phases=(number,),
        voxel=slice_center(exam.grid.shape, index),
        words=f"Stripes {1 / float(np.hypot(u, v)):.1f} mm apart over slice {index} of phase "
        f"{number}.",
    )


def _cycles(point: int, size: int) -> float:
    """Frequency of a point of k-space, cycles per voxel."""
    return (point if point <= size // 2 else point - size) / size


def _frame(rows: int, columns: int) -> _Frame:
    from scipy import fft

    far = np.hypot(fft.fftfreq(rows)[:, None], fft.fftfreq(columns)).astype(np.float32)
    return _Frame(
        window=(np.hanning(rows)[:, None] * np.hanning(columns)).astype(np.float32),
        far=np.pad(far, _OUTER, mode="wrap").ravel(),
        ring=_RING @ np.array([columns + 2 * _OUTER, 1]),
        shape=(rows, columns, _OUTER),
        limits=(max(_LOWEST, (_OUTER + 1) / min(rows, columns)), _OUTWARD, _ALL_PHASES),
    )


def _loneliest(images: list[Array], frame: _Frame) -> Iterator[_Point]:
    """For each phase of a slice, its loneliest point of k-space."""
    from scipy import fft

    spectra = [fft.rfft2(np.ascontiguousarray(image * frame.window)) for image in images]
    total = sum(spectra, np.complex64(0))
    others = max(len(spectra) - 1, 1)
    for one in spectra:
        sizes = _sizes(one, frame), _sizes(one - (total - one) / others, frame)
        yield _Point(*loneliest(*sizes, frame.far, frame.ring, frame.shape, frame.limits))


def _sizes(half: Complex, frame: _Frame) -> Array:
    return whole_sizes(np.abs(half), frame.shape[1], _OUTER, _ROUNDING).ravel()


DETECTOR = Detector(
    "spike",
    "Spike in k-space",
    CaveatCode.SPIKE,
    3.0,
    "Largest point of the Fourier transform of a slice over the largest value in a ring 3 to 6 "
    "points around it, and the same of the difference to the other phases, geometric mean (own "
    "measure of the artifact described by Zhuo and Gullapalli, RadioGraphics 2006;26:275).",
    find,
)
