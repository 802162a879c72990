"""Label images: whole numbers on a grid, 0 for what is in no region; a mask for each label."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask

_SHOWN = 5  # values in the evidence


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """Labels of voxels: `data` is of an integer type, [i, j, k], Fortran order."""

    data: NDArray[np.integer[Any]]
    grid: Grid

    def present(self) -> tuple[int, ...]:
        """Labels other than 0 that some voxel has, rising."""
        flat = self.data.ravel(order="K")  # as it lies in memory: five times as fast
        return tuple(int(label) for label in np.unique(flat[flat != 0]))

    def mask(self, label: int) -> Mask:
        """Voxels of one label; empty where no voxel has it."""
        return Mask(self.data == label, self.grid)


def label_map(values: NDArray[Any], grid: Grid, path: Path) -> LabelMap:
    """Take stored values, [i, j, k], for labels; `path` is named in errors.

    Raises
    ------
    InputError
        IMAGE_INVALID for values that are not whole numbers of 32 bits: a probability is no region,
        and nothing here knows its threshold.
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize < 4:
        return LabelMap(np.asfortranarray(values), grid)  # nothing to check, a byte is enough
    limits = np.iinfo(np.int32)
    with np.errstate(invalid="ignore"):  # NaN is not whole either
        odd = ~((values >= limits.min) & (values <= limits.max) & (values == np.rint(values)))
    if odd.any():
        shown = [float(value) for value in np.unique(values[odd])[:_SHOWN]]
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A mask holds values that are no labels",
            evidence={"file": path.name, "voxels": int(np.count_nonzero(odd)), "values": shown},
            remedy="Threshold it first; labels are whole numbers, 0 is outside.",
        )
    return LabelMap(np.asfortranarray(values, dtype=np.int32), grid)
