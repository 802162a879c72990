"""What the FTV steps leave, counted: voxels per step, SER classes, kinetics types."""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Box, VoiSource
from breastdce.kinetics.thresholds import FtvParams, Thresholds

SER_CUTS: Final = (0.9, 1.0, 1.3, 1.75)
"""Between UCSF's five color classes; each class holds its lower cut."""
SER_CEILING: Final = np.float32(3)
"""Larger ratios are stored as this one."""


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Voxels left after each step."""

    tissue: int
    """Pre-contrast signal at or above the background threshold, not in an omit region."""
    enhancing: int
    """And early enhancement at or above its threshold."""
    candidates: int
    """And late signal above pre-contrast."""
    supported: int
    """And enough candidates among the 26 neighbors."""


class Kinetics(msgspec.Struct, frozen=True, kw_only=True):
    """The voxels of the FTV by their SER."""

    ser_at_least_threshold: int
    """FTV by SER."""
    classes: tuple[int, int, int, int, int]
    """[0, 0.9), [0.9, 1), [1, 1.3), [1.3, 1.75), [1.75, and above)."""
    persistent: int
    plateau: int
    washout: int
    clipped: int
    """SER above 3, stored as 3."""


class FtvReport(msgspec.Struct, frozen=True, kw_only=True):
    """How the functional tumor volume of one exam came about."""

    voi_source: VoiSource
    voi: Box
    """The region of interest as used, clipped to the images."""
    voi_voxels: int
    omit_voxels: int
    """Voxels of the whole images in omit regions."""
    thresholds: Thresholds
    whole: Steps
    """Counts in the whole images."""
    inside: Steps
    """Counts in the region of interest; `supported` is the FTV."""
    kinetics: Kinetics
    voxel_ml: float

    @property
    def ftv_voxels(self) -> int:
        """The functional tumor volume in voxels."""
        return self.inside.supported

    @property
    def undefined_or_negative(self) -> int:
        """Enhancing voxels of the region whose SER is undefined or negative."""
        return self.inside.enhancing - self.inside.candidates

    @property
    def undefined_or_negative_fraction(self) -> float:
        """Of the enhancing voxels of the region; NaN where there are none."""
        enhancing = self.inside.enhancing
        return self.undefined_or_negative / enhancing if enhancing else math.nan

    def ml(self, voxels: int) -> float:
        """Volume of a number of voxels, in mL."""
        return voxels * self.voxel_ml


def count_kinetics(ser: NDArray[np.float32], params: FtvParams) -> Kinetics:
    """Sort the SER of the FTV's voxels into classes.

    Parameters
    ----------
    ser
        Ratio of each voxel, float32, 1-D, all positive.
    params
        Cuts of persistent, plateau and washout.

    Notes
    -----
    Compared in float32, as the producer does: its header prints 0.9 as 0.8999999762, and there
    are many voxels at exactly 9/10.
    """
    cuts = np.array([*SER_CUTS, np.inf], dtype=np.float32)
    below = [int(np.count_nonzero(ser < cut)) for cut in cuts[:-1]]
    persistent = int(np.count_nonzero(ser < np.float32(params.ser_threshold)))
    washout = int(np.count_nonzero(ser > np.float32(params.plateau_upper)))
    return Kinetics(
        ser_at_least_threshold=int(ser.size) - persistent,
        classes=(
            below[0],
            below[1] - below[0],
            below[2] - below[1],
            below[3] - below[2],
            int(ser.size) - below[3],
        ),
        persistent=persistent,
        plateau=int(ser.size) - persistent - washout,
        washout=washout,
        clipped=int(np.count_nonzero(ser > SER_CEILING)),
    )
