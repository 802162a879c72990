"""From probabilities to the mask of one lesion."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box
from breastdce.imaging.components import connected_parts
from breastdce.imaging.distance import within_mm

NEAR_MM = 20.0
"""Distance of parts that belong to the main one: the paper's rule for its candidate."""
LEAST_ML = 0.02
"""Smaller parts are dropped."""


def mask_of(
    probability: NDArray[np.float32],
    grid: Grid,
    threshold: float,
    rule: Literal["none", "stv"] = "stv",
    breast: NDArray[np.bool_] | None = None,
) -> Mask:
    """Cut probabilities at a threshold and keep what belongs to one lesion.

    Parameters
    ----------
    probability
        Of the tumor, float32 [i, j, k].
    grid
        Of `probability`.
    threshold
        Least probability of a voxel of the mask.
    rule
        `stv`: of the parts (26 neighbors) of 0.02 mL and more keep the one with the largest summed
        probability, and those within 20 mm of it, nearest voxel centers. `none`: keep all.
    breast
        Of the same shape, where the breasts are known: for `stv`, a part that touches no voxel of
        them is none. Heart, vessels and muscles enhance too.

    Returns
    -------
    Mask
        Empty where nothing reaches the threshold.
    """
    found = np.asfortranarray(probability >= threshold)
    if rule == "none" or not found.any():
        return Mask(found, grid)
    kept = np.zeros(grid.shape, np.bool_, order="F")
    box = bounding_box(found)
    parts = connected_parts(found[box])
    large = parts.sizes >= LEAST_ML / grid.voxel_ml
    if breast is not None:
        large &= parts.touched_by(breast[box])
    if not large.any():
        return Mask(kept, grid)
    sums = np.bincount(parts.labels.ravel(), probability[box].ravel(), parts.count + 1)[1:]
    main = int(np.where(large, sums, -1).argmax())
    around = within_mm(
        Mask(parts.select(np.arange(parts.count) == main), grid.cropped(box)), NEAR_MM
    )
    kept[box] = parts.select(large & parts.touched_by(around.data))
    return Mask(kept, grid)
