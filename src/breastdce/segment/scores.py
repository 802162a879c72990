"""How well a mask agrees with a reference: overlap, surfaces, volume, and single parts.

Surfaces and distances are those of `imaging.mask_scores`, the definitions of MONAI's metrics, which
the tests compare with; DeepMind's surface-distance weights surface elements and gives other values.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Mask, Volume
from breastdce.imaging.components import Parts, connected_parts
from breastdce.imaging.mask_scores import dice, surface_distances

_LEAST_PART_ML = 0.02  # smaller parts are noise at any threshold
_DETECTED_IOU = 0.1


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement of a predicted mask with a reference, of one case.

    With both masks empty there is nothing to agree on: everything but the volumes and counts is
    NaN. With one of them empty overlap is 0 and distances are infinite.
    """

    dice: float
    hd95_mm: float
    """The larger of the 95th percentiles of the distances of either surface to the other."""
    assd_mm: float
    """Mean over the voxels of both surfaces of the distance to the other surface."""
    nsd_1mm: float
    """Share of the voxels of both surfaces within 1 mm of the other surface."""
    nsd_2mm: float
    volume_ml: float
    reference_ml: float
    detected: bool
    """Whether the predicted parts that touch the reference reach an IoU over 0.1 with it."""
    false_parts: int
    """Predicted parts of at least 0.02 mL that touch no voxel of the reference."""
    missed_parts: int
    """Parts of the reference, likewise."""

    @property
    def both_empty(self) -> bool:
        """Whether neither mask has a voxel."""
        return self.volume_ml == 0 and self.reference_ml == 0

    @property
    def volume_error_ml(self) -> float:
        """Predicted minus reference volume."""
        return self.volume_ml - self.reference_ml

    @property
    def volume_error_percent(self) -> float:
        """The same relative to the reference; NaN where that is empty."""
        if self.reference_ml == 0:
            return math.nan
        return 100.0 * self.volume_error_ml / self.reference_ml


class SoftDice(msgspec.Struct, frozen=True):
    """Dice of probabilities as the published program (GaNDLF 0.0.14) reports it, nowhere else used.

    No threshold is set, and the background counts as much as the tumor: in a volume of
    200 x 200 x 132 voxels, a mask of 8400 with a true Dice of 0.50 scores 0.7496.
    """

    foreground: float
    """2 sum(p g) / (sum(p) + sum(g)), 1e-7 added to both."""
    with_background: float
    """Mean of it and of the same of 1 - p and 1 - g."""


_SMOOTH = 1e-7


def soft_dice(probability: Volume, reference: Mask) -> SoftDice:
    """Compare probabilities of tumor, 0 to 1, with a reference (losses/segmentation.py 5-26 there).

    Raises
    ------
    ValueError
        They differ in shape.
    """
    if probability.data.shape != reference.data.shape:
        raise ValueError("probabilities and mask on different grids")
    total = float(probability.data.sum(dtype=np.float64))
    common = float(probability.data[reference.data].sum(dtype=np.float64))
    size, voxels = int(np.count_nonzero(reference.data)), reference.data.size
    foreground = (2 * common + _SMOOTH) / (total + size + _SMOOTH)
    neither = voxels - total - size + common
    background = (2 * neither + _SMOOTH) / (2 * voxels - total - size + _SMOOTH)
    return SoftDice(foreground, (foreground + background) / 2)


def score(prediction: Mask, reference: Mask) -> Scores:
    """Compare two masks on one grid.

    Raises
    ------
    ValueError
        The masks differ in shape.
    """
    distances = surface_distances(prediction, reference)
    one, other = prediction.data, reference.data
    found, wanted = connected_parts(one), connected_parts(other)
    least = _LEAST_PART_ML / prediction.grid.voxel_ml
    return Scores(
        dice=dice(prediction, reference),
        hd95_mm=distances.hd95_mm,
        assd_mm=distances.assd_mm,
        nsd_1mm=distances.share_within(1.0),
        nsd_2mm=distances.share_within(2.0),
        volume_ml=prediction.volume_ml,
        reference_ml=reference.volume_ml,
        detected=_is_detected(found, other),
        false_parts=_alone(found, other, least),
        missed_parts=_alone(wanted, one, least),
    )


def _is_detected(found: Parts, reference: NDArray[np.bool_]) -> bool:
    touching = found.select(found.touched_by(reference))
    union = int(np.count_nonzero(touching | reference))
    return union > 0 and int(np.count_nonzero(touching & reference)) > _DETECTED_IOU * union


def _alone(parts: Parts, other: NDArray[np.bool_], least_voxels: float) -> int:
    return int(np.count_nonzero(~parts.touched_by(other) & (parts.sizes >= least_voxels)))
