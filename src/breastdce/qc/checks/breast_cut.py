"""How much of the breasts' surface is the edge of the field."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.imaging.anatomical import Anatomical
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    body = Anatomical.of(exam.grid)
    mask = np.asarray(body.view(exam.breast.data), np.bool_)
    if not mask.any():
        return (Undefined.EMPTY_REGION,)
    x, y, z = body.step_mm
    faces = (y * z, x * z, x * y)
    surface = cut = 0.0
    for axis, face_mm2 in enumerate(faces):
        lines = np.moveaxis(mask, axis, 0)
        ends = int(np.count_nonzero(lines[0])), int(np.count_nonzero(lines[-1]))
        inner = int(np.count_nonzero(lines[1:] != lines[:-1]))
        surface += face_mm2 * (inner + sum(ends))
        cut += face_mm2 * (ends[1] if axis == 1 else sum(ends))  # the back is the chest wall
    return (100 * cut / surface,)


CHECK = Check(
    name="breast_cut",
    title="Breast cut by the field",
    unit="%",
    good=Good.LOW,
    formula="100 x area of the breast mask's faces on the border of the field, but for its back, "
    "over the area of all its faces.",
    source="breastdce",
    per_phase=False,
    measure=measure,
)
