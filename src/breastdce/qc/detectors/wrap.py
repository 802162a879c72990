"""Wrap-around: what lies beyond one edge of the field of view is folded onto the opposite one.

The Fourier transform of a sampled signal is periodic. Where tissue crosses an edge and is folded,
the image goes on across that edge: its first plane continues its last one. Where tissue is cut off
by a filter or by the edge of the slab, the two planes show different places of the body. So the
two planes are correlated, in fine structure inside tissue only (the outline of the body may be
alike at both edges), and the result is set against the correlation of planes that do lie side by
side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, Voxel, end_word
from breastdce.qc.exam import QcExam

_SMOOTH = 1.0  # voxels: below is noise
_BROAD = 6.0  # voxels: above is shading and the outline of the body
_CLEAR = 4  # voxels from the border of the tissue
_LEAST_AREA = 150  # voxels
_LEAST_REFERENCE = 0.3
"""Correlation of neighbors below which an edge holds noise only."""


def find(exam: QcExam) -> Finding:
    """Look for an axis along which the exam continues from its last plane to its first."""
    mean = np.mean([phase.data for phase in exam.native.phases], axis=0, dtype=np.float32)
    scores = [periodic(mean, axis, exam.outside.level) for axis in range(3)]
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


def periodic(image: Array, axis: int, level: float) -> float:
    """Correlation of the last and the first plane over that of planes side by side, 0 to 1.

    Where both planes are brighter than `level`, away from the border of that region; 0 where there
    is too little of it.
    """
    planes = np.moveaxis(image, axis, 0)
    if planes.shape[0] < 6 or min(planes.shape[1:]) < 8:
        return 0.0
    inside = _inside(np.minimum(planes[0], planes[-1]), level)
    if np.count_nonzero(inside) < _LEAST_AREA:
        return 0.0
    first, second, last, before = (_fine(planes[n])[inside] for n in (0, 1, -1, -2))
    beside = min(_correlation(first, second), _correlation(last, before))
    if beside < _LEAST_REFERENCE:
        return 0.0
    return float(np.clip(_correlation(last, first) / beside, 0, 1))


def _inside(plane: Array, level: float) -> NDArray[np.bool_]:
    from scipy import ndimage

    tissue = ndimage.gaussian_filter(plane, 2 * _SMOOTH) > level
    return np.asarray(ndimage.binary_erosion(tissue, iterations=_CLEAR, border_value=1))


def _fine(plane: Array) -> Array:
    """Fine structure at equal contrast everywhere, so that no single edge outweighs the rest."""
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(np.sqrt(np.maximum(plane, 0)), _SMOOTH)
    detail = smooth - ndimage.gaussian_filter(smooth, _BROAD)
    local = np.sqrt(ndimage.gaussian_filter(np.square(detail), _BROAD))
    return np.asarray(detail / np.maximum(local, 1e-3 * max(float(local.max()), 1e-6)), np.float32)


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
    0.5,
    "Correlation of the fine structure of the last and the first plane of the field, over that "
    "of planes side by side (own measure of the artifact described by Zhuo and Gullapalli, "
    "RadioGraphics 2006;26:275).",
    find,
)
