"""Wrap-around: what lies beyond one edge of the field of view is folded onto the opposite one.

The Fourier transform of a sampled signal is periodic. Where tissue crosses an edge and is folded,
the image goes on across that edge: its first plane continues its last one. Where tissue is cut off
by a filter or by the edge of the slab, the two planes show different places of the body. So the
two planes are correlated, in fine structure deep in tissue only: the outline of the body may be
alike at both edges, as the two sides of a woman are. The result is set between the correlation of
planes that do lie side by side and the largest one of the edges with any plane in between: a chest
wall may look the same in all planes, and texture is alike by chance here and there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import TOO_COARSE, Array, Voxel, end_word, is_coarse
from breastdce.qc.exam import QcExam

_SMOOTH = 1.0  # voxels: below is noise
_BROAD = 3.0  # voxels: above is shading
_CLEAR = 6  # voxels from the border of the tissue: skin lies there
_LEAST_AREA, _FEW = 250, 800  # voxels: few are alike by chance
_LEAST_SIDE = 8  # voxels of a plane
_AWAY, _SHORT = 0.1, 4  # of the field, and planes at least: what is farther from both edges
_MOST_PLANES = 40
_LEAST_REFERENCE = 0.35
"""What side by side is over apart, at least: noise may hide that neighbors are alike."""
_SLICES = 2  # axis across which neighbors may lie far apart
_ALIKE = 0.3
"""What planes side by side must have over those in between, for anything to be told of few voxels,
and at both ends for anything to be told of slices."""
_MIRRORED = 0.2
"""By how much the two ends may be more alike than planes side by side: no folding makes them so,
but the two sides of a body cut off at the same depth are."""


class Likeness(NamedTuple):
    """Correlations of fine structure."""

    across: float
    """Of the last plane with the first."""
    beside: tuple[float, float]
    """Of each of them with its neighbor."""
    apart: float
    """Of either with a plane in between, at most, and at least 0."""
    area: int
    """Voxels compared."""

    @property
    def score(self) -> float:
        """`across` between `apart`, 0, and `beside`, 1."""
        if self.across > max(self.beside) + _MIRRORED:
            return 0.0
        reference = max(min(self.beside) - self.apart, _LEAST_REFERENCE)
        return float(np.clip((self.across - self.apart) / reference, 0, 1))


def find(exam: QcExam) -> Finding:
    """Look for an axis along which the exam continues from its last plane to its first."""
    if is_coarse(exam.grid):
        return Finding(score=0.0, words=TOO_COARSE)
    phases = exam.native.phases
    mean = np.asarray(sum(phase.data for phase in phases) / np.float32(len(phases)))
    scores = [_score(mean, axis, exam.outside.level) for axis in range(3)]
    axis = int(np.argmax(scores))
    if scores[axis] <= 0:
        return Finding(score=0.0)
    one, other = (end_word(exam.grid, axis, last=last) for last in (False, True))
    return Finding(
        score=scores[axis],
        phases=tuple(range(len(exam.native.phases))),
        voxel=_strongest(mean, axis),
        words=f"The image goes on across its edges at the {one} and at the {other}: tissue from "
        "beyond one of them is folded onto the other.",
    )


def _score(image: Array, axis: int, level: float) -> float:
    found = likeness(image, axis, level)
    if found is None:
        return 0.0
    clear = min(found.beside) if axis == _SLICES else max(found.beside)
    doubtful = axis == _SLICES or found.area < _FEW
    return 0.0 if doubtful and clear - found.apart < _ALIKE else found.score


def likeness(image: Array, axis: int, level: float) -> Likeness | None:
    """Compare the two planes at the ends of an axis, float32 [i, j, k].

    Taken where both planes are brighter than `level`, away from the border of that region. None
    where there is too little of it.
    """
    planes = np.moveaxis(image, axis, 0)
    count = planes.shape[0]
    away = max(_SHORT, round(_AWAY * count))
    if count <= 2 * away or min(planes.shape[1:]) < _LEAST_SIDE:
        return None
    inside = _inside(np.minimum(planes[0], planes[-1]), level)
    area = int(np.count_nonzero(inside))
    if area < _LEAST_AREA:
        return None
    fine = _Fine(inside)
    first, second, last, before = (fine.of(planes[n]) for n in (0, 1, -1, -2))
    between = range(away, count - away, max(1, count // _MOST_PLANES))
    others = (fine.of(planes[n]) for n in between)
    apart = [_correlation(edge, other) for other in others for edge in (first, last)]
    return Likeness(
        _correlation(last, first),
        (_correlation(first, second), _correlation(last, before)),
        max(0.0, *apart),
        area,
    )


def _inside(plane: Array, level: float) -> NDArray[np.bool_]:
    from scipy import ndimage

    tissue = ndimage.gaussian_filter(plane, 2 * _SMOOTH) > level
    return np.asarray(ndimage.binary_erosion(tissue, iterations=_CLEAR, border_value=1))


class _Fine:
    """Fine structure inside a region of a plane, as if there were nothing outside of it."""

    def __init__(self, inside: NDArray[np.bool_]) -> None:
        rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
        self._box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        self._inside = inside[self._box]
        self._shares = {
            sigma: _blurred(self._inside.astype(np.float32), sigma)
            for sigma in (_SMOOTH, _BROAD, 2 * _BROAD)
        }

    def of(self, plane: Array) -> Array:
        """Structure of 1 to 3 voxels, at equal contrast everywhere: no edge outweighs the rest."""
        root = np.sqrt(np.maximum(plane[self._box], 0)).astype(np.float32)
        rough = np.where(self._inside, root - self._smooth(root, _BROAD), 0)
        calm = self._smooth(rough, _SMOOTH)
        detail = np.where(self._inside, calm - self._smooth(calm, _BROAD), 0)
        local = np.sqrt(self._smooth(np.square(detail), 2 * _BROAD))
        floor = max(1e-3 * float(local.max()), 1e-6)
        return np.asarray((detail / np.maximum(local, floor))[self._inside], np.float32)

    def _smooth(self, values: Array, sigma: float) -> Array:
        share = np.maximum(self._shares[sigma], np.float32(1e-3))
        within = _blurred(np.where(self._inside, values, np.float32(0)), sigma)
        return np.asarray(within / share, np.float32)


def _blurred(values: Array, sigma: float) -> Array:
    from scipy import ndimage

    return np.asarray(ndimage.gaussian_filter(values, sigma, mode="constant"), np.float32)


def _correlation(one: Array, other: Array) -> float:
    power = float(np.square(one).sum()) * float(np.square(other).sum())
    return float((one * other).sum()) / power**0.5 if power > 0 else 0.0


def _strongest(image: Array, axis: int) -> Voxel:
    """Where both planes are brightest together, on the first one."""
    from scipy import ndimage

    both = np.minimum(np.take(image, 0, axis), np.take(image, -1, axis))
    a, b = np.unravel_index(int(ndimage.uniform_filter(both, 5).argmax()), both.shape)
    place = [int(a), int(b)]
    place.insert(axis, 0)
    i, j, k = place
    return i, j, k


DETECTOR = Detector(
    "wrap",
    "Wrap-around",
    CaveatCode.WRAP_AROUND,
    0.45,
    "Correlation of the fine structure of the last and the first plane of the field, 0 being the "
    "largest one of either with a plane in between and 1 that of planes side by side (own measure "
    "of the artifact described by Zhuo and Gullapalli, RadioGraphics 2006;26:275).",
    find,
)
