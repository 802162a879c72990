"""Wrap-around: what lies beyond one edge of the field of view is folded onto the opposite one.

The Fourier transform of a sampled signal is periodic. Where tissue crosses an edge and is folded,
the image goes on across that edge: its first plane continues its last one. Where tissue is cut off
by a filter or by the edge of the slab, the two planes show different places of the body. So the
two planes are correlated, in fine structure inside tissue only (the outline of the body may be
alike at both edges). The result is set between the correlation of planes that do lie side by side
and that of the edges with planes in the middle: a chest wall may look the same in all planes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import TOO_COARSE, Array, Voxel, end_word, is_coarse
from breastdce.qc.exam import QcExam

_SMOOTH = 1.0  # voxels: below is noise
_BROAD = 6.0  # voxels: above is shading and the outline of the body
_CLEAR = 4  # voxels from the border of the tissue
_LEAST_AREA = 150  # voxels
_MIDDLE = (0.2, 0.275, 0.35, 0.425, 0.5, 0.575, 0.65, 0.725, 0.8)
"""Planes that both edges are compared with, as parts of the field."""
_LEAST_REFERENCE = 0.3
"""What neighbors must have over distant planes; below it an edge holds noise, or nothing else."""


def find(exam: QcExam) -> Finding:
    """Look for an axis along which the exam continues from its last plane to its first."""
    if is_coarse(exam.grid):
        return Finding(score=0.0, words=TOO_COARSE)
    stack = [phase.data for phase in exam.native.phases]
    mean = np.asarray(np.mean(stack, axis=0, dtype=np.float32))
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
    """Correlation of the last and the first plane: 0 that of edges and middle, 1 that of neighbors.

    The former counts as 0 where it is negative. Taken where both planes are brighter than `level`,
    away from the border of that region; 0 where there is too little of it.
    """
    planes = np.moveaxis(image, axis, 0)
    if planes.shape[0] < 6 or min(planes.shape[1:]) < 8:
        return 0.0
    inside = _inside(np.minimum(planes[0], planes[-1]), level)
    if np.count_nonzero(inside) < _LEAST_AREA:
        return 0.0
    first, second, last, before = (_fine(planes[n])[inside] for n in (0, 1, -1, -2))
    beside = min(_correlation(first, second), _correlation(last, before))
    far = [_fine(planes[round(part * planes.shape[0])])[inside] for part in _MIDDLE]
    apart = max(0.0, *(_correlation(edge, other) for edge in (first, last) for other in far))
    if beside - apart < _LEAST_REFERENCE:
        return 0.0
    return float(np.clip((_correlation(last, first) - apart) / (beside - apart), 0, 1))


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
    "Correlation of the fine structure of the last and the first plane of the field, 0 being that "
    "of the edges with the middle and 1 that of planes side by side (own measure of the artifact "
    "described by Zhuo and Gullapalli, RadioGraphics 2006;26:275).",
    find,
)
