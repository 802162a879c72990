"""What every check and detector is given: an exam's raw phases and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.exam import Dynamic, ExamFacts, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.distance import within_mm
from breastdce.qc.motion import Motion, find_motion
from breastdce.qc.noise import noise_of_air, noise_of_tissue
from breastdce.qc.numbers import Number, median
from breastdce.qc.regions import Array, Bools, Outside, outside, relative_enhancement
from breastdce.qc.tissues import Inside, inside
from breastdce.qc.uptake import enhancing_share

_FAT_SUPPRESSED = "FS"  # of ScanOptions, DICOM PS3.3 C.8.3.1
_CLEAR_MM = 5.0


@dataclass(frozen=True, eq=False)
class QcExam:
    """One exam before anything was corrected; all images and masks on the native grid.

    What several checks need (background, body, gland, enhancement) is computed once, by a cached
    property here or a function of `qc.regions`.
    """

    native: Dynamic
    """Raw signal of all phases after the modality LUT, float32 [i, j, k], in order of time."""
    facts: ExamFacts
    breast: Mask
    """Both breasts as far as they are in the field, of the recipe or made for the checks."""
    ftv: Mask | None = None
    """Functional tumor volume; None or empty where nothing was found."""
    aligned: Dynamic | None = None
    """All phases after correction for motion; None where the recipe has no such step before."""
    debiased: Triple | None = None
    """The three phases after bias correction; None where the recipe has no such step before."""

    @property
    def grid(self) -> Grid:
        """The native grid."""
        return self.native.grid

    @cached_property
    def triple(self) -> Triple:
        """Pre-contrast, early and late phase."""
        return self.native.triple(self.facts.phase_indices)

    @cached_property
    def outside(self) -> Outside:
        """Body and air of the pre-contrast phase."""
        return outside(self.triple.pre)

    @cached_property
    def inside(self) -> Inside:
        """Gland and fat of the breasts."""
        options = next(iter(self.facts.sidecars), {}).get("ScanOptions")
        told = isinstance(options, list) and _FAT_SUPPRESSED in options
        return inside(self.triple, self.breast, suppressed=told)

    @cached_property
    def enhancement(self) -> Array:
        """Early over pre-contrast signal, less 1, float32 [i, j, k]; 0 in air."""
        return relative_enhancement(self.triple.pre, self.triple.post1, self.outside.level)

    @cached_property
    def noise(self) -> tuple[Number, ...]:
        """SD of the noise of each phase by its air."""
        air = self.outside.air.data
        return tuple(noise_of_air(phase.data, air) for phase in self.native.phases)

    @cached_property
    def noise_in_fat(self) -> tuple[Number, ...]:
        """SD of the noise of each phase by second differences in fat."""
        fat = self.inside.fat.data
        return tuple(noise_of_tissue(phase.data, fat) for phase in self.native.phases)

    @cached_property
    def healthy_gland(self) -> Bools:
        """Gland at least 5 mm from the functional tumor volume, native bool [i, j, k]."""
        gland = self.inside.gland.data
        if self.ftv is None or not self.ftv.data.any():
            return gland
        return np.asarray(gland & ~within_mm(self.ftv, _CLEAR_MM).data)

    @cached_property
    def motion(self) -> tuple[Motion | Undefined, ...]:
        """Motion of each phase since the pre-contrast one."""
        return self._motion_of(self.native)

    @cached_property
    def motion_left(self) -> tuple[Motion | Undefined, ...]:
        """The same after correction for motion."""
        if self.aligned is None:
            return (Undefined.NOT_CORRECTED,) * len(self.native.phases)
        return self._motion_of(self.aligned)

    def _motion_of(self, dynamic: Dynamic) -> tuple[Motion | Undefined, ...]:
        reference = self.facts.phase_indices[0]
        return tuple(
            Undefined.REFERENCE_PHASE
            if index == reference
            else find_motion(self.triple.pre, phase, self.breast)
            for index, phase in enumerate(dynamic.phases)
        )

    @cached_property
    def gland_signal(self) -> tuple[Number, ...]:
        """Median of each phase over `healthy_gland`."""
        return self.medians(self.healthy_gland)

    @cached_property
    def fat_signal(self) -> tuple[Number, ...]:
        """Median of each phase over fat."""
        return self.medians(self.inside.fat.data)

    @cached_property
    def breast_signal(self) -> tuple[Number, ...]:
        """Median of each phase over gland and fat together."""
        return self.medians(self.inside.all)

    @cached_property
    def enhancing_share(self) -> Number:
        """Percent of the voxels of `healthy_gland` that rise by 30 % or more until early."""
        return enhancing_share(self.triple.pre, self.triple.post1, self.healthy_gland)

    def medians(self, where: Bools) -> tuple[Number, ...]:
        """Median signal of each phase over a region."""
        at = np.flatnonzero(where.ravel(order="F"))  # the order of our images: no copy
        flat = (phase.data.ravel(order="F") for phase in self.native.phases)
        return tuple(median(values[at]) for values in flat)
