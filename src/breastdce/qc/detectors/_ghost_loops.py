"""The loop over voxels that `ghost` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

_Array = NDArray[np.float32]


@kernel
def apart(
    power: _Array,
    smooth: _Array,
    bright: _Array,
    per_air: _Array,
    per_rest: _Array,
    clear: NDArray[np.bool_],
) -> tuple[_Array, _Array, _Array]:
    """What may be ghosts, what may have made them, and the square of that; all [k, j, i].

    In air, the power less the mean of the air nearby; elsewhere, less the mean of what is not air.

    Parameters
    ----------
    power, smooth
        Squared signal, and its means along an axis.
    bright
        Means of the power in air, which is 0 elsewhere.
    per_air, per_rest
        Voxels that the means were taken of, per one of air and per one of the rest.
    clear
        Where air is.
    """
    slices, rows, columns = power.shape
    zero = np.float32(0)
    ghost = np.empty(power.shape, np.float32)
    source = np.empty(power.shape, np.float32)
    squares = np.empty(power.shape, np.float32)
    for k in range(slices):
        for j in range(rows):
            for i in range(columns):
                value, near, air = power[k, j, i], bright[k, j, i], clear[k, j, i]
                body = value - (smooth[k, j, i] - near) * per_rest[k, j, i]
                ghost[k, j, i] = value - near * per_air[k, j, i] if air else zero
                source[k, j, i] = zero if air else body
                squares[k, j, i] = zero if air else body * body
    return ghost, source, squares
