"""Whether the values of a file are those of one region, and what they are where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import MaskCode
from breastdce.core.counted import counted

_SHOWN = 5  # values in a message
_MOST_LABELS = 16  # more different whole numbers than a person draws regions: an image


def odd_values(edited: NDArray[Any], names: Mapping[int, str]) -> tuple[MaskCode, str] | None:
    """Code and words where values are not 0 and 1, or all 0; None for one region of label 1.

    Parameters
    ----------
    edited
        [i, j, k], of any type of number; 0.0 and 1.0 are as good as 0 and 1.
    names
        What the file calls its labels.
    """
    if not edited.any():
        return MaskCode.MASK_EMPTY, "The mask is empty: every voxel is 0."
    odd = (edited != 0) & (edited != 1)
    if not odd.any():
        return None
    values, counts = np.unique(edited[odd], return_counts=True)
    with np.errstate(invalid="ignore"):  # NaN and infinity are not whole
        whole = bool((np.isfinite(values) & (values == np.rint(values))).all())
    if whole and len(values) <= _MOST_LABELS:
        ones = int(np.count_nonzero(edited == 1))
        found = ([(1, ones)] if ones else []) + [
            (int(value), int(count)) for value, count in zip(values, counts, strict=True)
        ]
        return MaskCode.MASK_LABELS, _labels_in_words(found, names)
    shown = ", ".join(f"{value:.4g}" for value in values[:_SHOWN])
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    kind = "whole numbers" if whole else "values that are not whole"
    return MaskCode.MASK_VALUES, (
        f"The file is no mask: {int(counts.sum())} voxels hold {kind} other than 0 and 1"
        f" ({shown}{more})."
    )


def _labels_in_words(found: list[tuple[int, int]], names: Mapping[int, str]) -> str:
    listed = ", ".join(
        f"{label}{f' ({names[label]})' if label in names else ''} in {counted(voxels, 'voxel')}"
        for label, voxels in found
    )
    if all(label != 1 for label, _ in found):
        return f"The mask has no label 1; it has label {listed}."
    return f"The mask has other labels beside 1: label {listed}."
