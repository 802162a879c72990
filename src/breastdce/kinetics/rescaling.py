"""What a correction of each phase by itself does to enhancement: the damage, counted."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Triple
from breastdce.core.volume import Volume
from breastdce.imaging.kernel import kernel, read_only

FloatImage = NDArray[np.float32]


class Rescaling(msgspec.Struct, frozen=True, kw_only=True):
    """Enhancement before and after a correction, in the tissue of the pre-contrast phase."""

    tissue_voxels: int
    """Pre-contrast signal above `tissue_above`."""
    tissue_above: float
    """In the unit of the images before correction."""
    pe_percent: float
    enhancing_before: int
    """Tissue voxels whose early PE exceeds `pe_percent`."""
    enhancing_after: int
    pe_change_sd: float | None
    """Standard deviation of the change of PE, in percentage points, where it exceeded before; None
    where nothing did."""
    ser_change_sd: float | None
    """Likewise of SER, where it is defined both times."""


def rescaling(
    before: Triple, after: Triple, *, tissue_above: float, pe_percent: float = 70.0
) -> Rescaling:
    """Compare PE and SER of phases before and after a correction.

    Parameters
    ----------
    before, after
        Float32 images on one grid, Fortran order.
    tissue_above
        Signal of the first image above which a voxel is tissue.
    pe_percent
        Early enhancement that counts; strictly above.
    """
    pre, early, late = (_flat(image) for image in before)
    limits = np.float32(tissue_above), np.float32(pe_percent)
    tissue, first, second, pe, ser = _compare(
        (pre, early, late), (_flat(after.pre), _flat(after.post1), _flat(after.post2)), *limits
    )
    return Rescaling(
        tissue_voxels=tissue,
        tissue_above=tissue_above,
        pe_percent=pe_percent,
        enhancing_before=first,
        enhancing_after=second,
        pe_change_sd=_deviation(pe),
        ser_change_sd=_deviation(ser),
    )


def _flat(image: Volume) -> FloatImage:
    return read_only(image.data.ravel(order="K"))


def _deviation(sums: tuple[int, float, float]) -> float | None:
    count, total, square = sums
    if not count:
        return None
    return math.sqrt(max(0.0, square / count - (total / count) ** 2))


@kernel
def _compare(
    raw: tuple[FloatImage, FloatImage, FloatImage],
    corrected: tuple[FloatImage, FloatImage, FloatImage],
    tissue_above: np.float32,
    percent: np.float32,
) -> tuple[int, int, int, tuple[int, float, float], tuple[int, float, float]]:
    pre, early, late = raw
    pre_after, early_after, late_after = corrected
    hundred = np.float32(100)
    tissue, before, after = 0, 0, 0
    n_pe, sum_pe, square_pe = 0, 0.0, 0.0
    n_ser, sum_ser, square_ser = 0, 0.0, 0.0
    for n in range(pre.size):
        s, t = pre[n], pre_after[n]
        if not (s > tissue_above and s > 0 and t > 0):
            continue
        tissue += 1
        pe = hundred * (early[n] - s) / s
        pe_after = hundred * (early_after[n] - t) / t
        after += pe_after > percent
        if not pe > percent:
            continue
        before += 1
        change = float(pe_after) - float(pe)
        n_pe, sum_pe, square_pe = n_pe + 1, sum_pe + change, square_pe + change * change
        slow, slow_after = late[n] - s, late_after[n] - t
        if slow > 0 and slow_after > 0:
            change = (early_after[n] - t) / slow_after - (early[n] - s) / slow
            n_ser, sum_ser = n_ser + 1, sum_ser + change
            square_ser += change * change
    return tissue, before, after, (n_pe, sum_pe, square_pe), (n_ser, sum_ser, square_ser)
