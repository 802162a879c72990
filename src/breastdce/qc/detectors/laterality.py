"""Left and right exchanged: what the anatomy says against what the header says.

Two things can be known. An exam of one breast lies on one side of the patient, and a header that
names a side must name that one. And in an exam of both sides, the heart, which holds more contrast
than anything else behind the breasts, lies mostly on the left. Nothing else in a breast exam
tells left from right: without a named side or a heart in the field, there is no evidence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.imaging.anatomical import Anatomical, Coarse, coarse_view
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.exam import QcExam

_BLOCK_MM = 4.0
_ONE_SIDED_MM = 220.0  # as `prepare.breast_mask`: wider images show both breasts
_NEAR_MM = 15.0  # a field of one breast whose middle is nearer to x = 0 names no side
_HEART_MM = 95.0  # the heart lies within this of the middle
_LEAST_RISE = 1.2  # over the pre-contrast signal: blood rises by more, liver by less
_LEAST_ML = 40.0  # of strong enhancement behind the breasts: a heart, not vessels
_SIDES = {"R": 1.0, "L": -1.0}


def find(exam: QcExam) -> Finding:
    """Set the named side against the position, or the heart against the axes."""
    body = Anatomical.of(exam.grid)
    axis = body.order[0]
    width = exam.grid.shape[axis] * exam.grid.spacing_mm[axis]
    if width < _ONE_SIDED_MM:
        return _named_side(exam, body.first_mm[0] + (width - exam.grid.spacing_mm[axis]) / 2)
    return _heart_side(exam)


def _named_side(exam: QcExam, x_mm: float) -> Finding:
    named = {str(record.get("Laterality")) for record in exam.facts.sidecars}
    sides = sorted(named & set(_SIDES))
    if len(sides) != 1:
        return Finding(score=0.0, words="The header names no side; nothing to compare.")
    if abs(x_mm) < _NEAR_MM or x_mm * _SIDES[sides[0]] > 0:
        return Finding(score=0.0)
    seen = "right" if x_mm > 0 else "left"
    return Finding(
        score=1.0,
        words=f"The header names side {sides[0]}, but the images lie {abs(x_mm):.0f} mm to the "
        f"patient's {seen}.",
    )


def _heart_side(exam: QcExam) -> Finding:
    """How far the strong enhancement behind the breasts leans to the right, 0 to 1."""
    pre = coarse_view(exam.triple.pre, _BLOCK_MM)
    post = coarse_view(exam.triple.post1, _BLOCK_MM)
    late = coarse_view(exam.triple.post2, _BLOCK_MM)
    breast = coarse_view(
        exam.triple.pre.with_data(exam.breast.data.astype(np.float32)), _BLOCK_MM
    ).data
    rise = np.minimum(post.data, late.data) - pre.data
    strong = rise > np.maximum(_LEAST_RISE * pre.data, 0.5 * exam.outside.level)
    strong &= ~(np.maximum.accumulate(breast, axis=1) > 0)  # behind the back of the breast
    x_mm = pre.along(0) - _middle_mm(exam, pre, breast)
    strong &= np.abs(x_mm)[:, None, None] < _HEART_MM
    parts = _largest(strong)
    ml = float(np.count_nonzero(parts)) * float(np.prod(pre.step_mm)) / 1000
    if ml < _LEAST_ML:
        return Finding(score=0.0, words="No heart in the field; sides cannot be told apart.")
    right = float(np.count_nonzero(parts[x_mm > 0])) / float(np.count_nonzero(parts))
    center = np.argwhere(parts).mean(axis=0)
    return Finding(
        score=right,
        phases=(exam.facts.phase_indices[1],),
        voxel=_voxel(exam, pre, center),
        words=f"{100 * right:.0f} % of the heart lies right of the middle by the header; it should "
        "lie mostly on the left.",
    )


def _middle_mm(exam: QcExam, coarse: Coarse, breast: NDArray[np.float32]) -> float:
    """Where the middle between the outer borders of the breasts lies along x; 0 without them."""
    seen = np.flatnonzero((breast > 0.5).any(axis=(1, 2)))
    if not seen.size:
        return 0.0
    along = coarse.along(0)
    return float(along[seen[0]] + along[seen[-1]]) / 2


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy import ndimage

    labels, count = ndimage.label(ndimage.binary_opening(mask))
    if count == 0:
        return np.zeros(mask.shape, np.bool_)
    sizes = np.bincount(labels.ravel())[1:]
    return np.asarray(labels == int(sizes.argmax()) + 1)


def _voxel(exam: QcExam, coarse: Coarse, center: NDArray[np.float64]) -> tuple[int, int, int]:
    place = np.asarray(coarse.first_mm) + center * np.asarray(coarse.step_mm)
    inverse = np.linalg.inv(exam.grid.affine)
    index = np.rint(inverse[:3, :3] @ place + inverse[:3, 3]).astype(int)
    i, j, k = np.clip(index, 0, np.asarray(exam.grid.shape) - 1)
    return int(i), int(j), int(k)


DETECTOR = Detector(
    "laterality",
    "Left and right exchanged",
    CaveatCode.SIDE_DOUBTFUL,
    0.6,
    "One breast: 1 where the header's side is not the one that the field lies on. Both: share of "
    "the largest strongly enhancing structure behind the breasts that lies right of the middle "
    "between them (own measure).",
    find,
)
