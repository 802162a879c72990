"""Signal in air beside the tissue along one axis of the slices, as motion's ghosts leave it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number

_LEAST = 500  # voxels of air on either side of the comparison


def measure(exam: QcExam) -> tuple[Number, ...]:
    air, body, breast = exam.outside.air.data, exam.outside.body.data, exam.inside.all
    if not breast.any():
        return (Undefined.EMPTY_REGION,) * len(exam.native.phases)
    zones = sum(
        np.where(body.any(axis=axis, keepdims=True), np.uint8(axis + 1), np.uint8(0))
        for axis in (0, 1)
    )
    zone = np.broadcast_to(np.asarray(zones, np.uint8), air.shape).T[air.T]
    lines = (phase.data.T for phase in exam.native.phases)  # [k, j, i], as they lie in memory
    return tuple(_ghost(values[air.T], zone, values[breast.T]) for values in lines)


def _ghost(
    air: NDArray[np.float32], zone: NDArray[np.uint8], tissue: NDArray[np.float32]
) -> Number:
    """Percent; zones: 0 beside no tissue, 1 beside tissue along i, 2 along j, 3 along both."""
    count = np.bincount(zone, minlength=4)
    power = np.bincount(zone, np.square(air, dtype=np.float64), 4) / np.maximum(count, 1)
    pairs = {"i": ((1, 0), (3, 2)), "j": ((2, 0), (3, 1))}
    found = []
    for beside in pairs.values():
        known = [(a, b) for a, b in beside if min(count[a], count[b]) >= _LEAST]
        if known:
            weights = [min(count[a], count[b]) for a, b in known]
            found.append(np.average([power[a] - power[b] for a, b in known], weights=weights))
    if not found:
        return Undefined.TOO_FEW_VOXELS
    signal = np.square(tissue, dtype=np.float64).mean()
    if signal == 0:
        return Undefined.ZERO_DENOMINATOR
    return float(100 * np.sqrt(max(0.0, *found) / signal))


CHECK = Check(
    name="ghosting",
    title="Ghosting",
    unit="%",
    good=Good.LOW,
    formula="100 sqrt((mean square of the air that lies beside tissue along an axis of the slices "
    "- mean square of the air that does not) / mean square of the breasts), of the axis where it "
    "is larger, which is that of phase encoding where there are ghosts. The noise's power is the "
    "same in both and cancels.",
    source="breastdce; the ACR's percent-signal ghosting (Phantom Test Guidance for the ACR MRI "
    "Accreditation Program) compares mean air along the two axes, this its power",
    per_phase=True,
    measure=measure,
)
