"""Weigh a transform of one phase: does tissue that does not enhance fit better, at what price.

Enhancement must not win: a transform that shrinks or grows what enhances changes the difference of
the two images too. So the residual is measured where tissue enhances little under both of the
transforms that are compared, with a margin, at edges of the fixed image, on smoothed images (what
interpolation smooths is no gain), after linear matching of brightness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.core.transform import Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.warp import Warp, displacement_mm
from breastdce.prepare.motion.metrics import (
    Array,
    Bools,
    determinant,
    grown,
    highest,
    mutual_information,
    normalized,
    relative_enhancement,
    residual,
    smooth,
    steepness,
)
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.report import Change, Fit, PhaseMotion, Reason, Try, Verdict

_MARGIN_LEVEL = 0.1  # of a smoothed set: 1.3 SD beyond its border
_LOST_VOXELS = 1.0  # a move this far that helps nothing is no noise of the search


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The moving image under a transform."""

    fine: Array
    """Smoothed against noise."""
    enhancing: Bools
    """Tissue of the mask that enhances, with a margin."""
    displacement_mm: FloatArray
    """Of every voxel center."""


class Judge:
    """Compares transforms of one phase.

    Parameters
    ----------
    fixed, moving
        The reference and the phase around the mask, on one grid; it may be coarser than that of
        the exam.
    mask
        On that grid.
    voxel_mm
        Edge of a cube with the volume of the exam's voxels: what is small is told by it.
    params
        What counts as enhancing, as an edge, as a gain, and the bounds of a deformation.
    """

    def __init__(
        self, fixed: Volume, moving: Volume, mask: Mask, voxel_mm: float, params: MotionParams
    ) -> None:
        self.fixed, self.moving, self.mask, self._params = fixed, moving, mask, params
        grid = fixed.grid
        self._voxel_mm = voxel_mm
        self._fine = smooth(fixed.data, grid, params.smooth_mm)
        self._wide = smooth(fixed.data * mask.data, grid, params.spread_mm)
        self._steep = steepness(self._fine, grid)
        self._warp = Warp(moving)
        self._seen: dict[Transform, _Seen] = {}

    def weigh(self, step: str, transform: Transform | None, base: Transform) -> Try:
        """Say whether a transform should replace `base`, and why."""
        if transform is None:
            return Try(step, Reason.FAILED)
        before, after = self._residuals(base, transform)
        change = self.change(transform)
        reason = self._reason(self._step_mm(transform, base), before, after, change)
        return Try(step, reason, known(before), known(after), change)

    def _reason(
        self, step_mm: tuple[float, float], before: float, after: float, change: Change
    ) -> Reason:
        params = self._params
        median, p99 = step_mm
        if median < params.still_voxels * self._voxel_mm and p99 < self._voxel_mm:
            return Reason.STILL
        if not after <= (1 - params.least_gain) * before:  # nor if one is undefined
            return Reason.LOST if median > _LOST_VOXELS * self._voxel_mm else Reason.NO_GAIN
        if not (
            _within((change.jacobian_p1, change.jacobian_p99), params.jacobian)
            and _within((change.jacobian_min, change.jacobian_max), params.jacobian_range)
        ):
            return Reason.JACOBIAN
        return Reason.LESION if abs(change.lesion_change) > params.lesion_change else Reason.HELPED

    def change(self, transform: Transform) -> Change:
        """What a transform does inside the mask."""
        moved = self._see(transform).displacement_mm
        length = np.linalg.norm(moved[self.mask.data], axis=-1)
        jacobian = determinant(moved, self.fixed.grid)
        inside, lesion = jacobian[self.mask.data], jacobian[self._lesion(transform)]
        low, high = np.percentile(inside, (1, 99)).tolist()
        return Change(
            displacement_median_mm=float(np.median(length)),
            displacement_p99_mm=float(np.percentile(length, 99)),
            jacobian_p1=low,
            jacobian_p99=high,
            jacobian_min=float(inside.min()),
            jacobian_max=float(inside.max()),
            # A voxel of the result covers `jacobian` voxels of the image that was moved.
            lesion_change=float(1 / lesion.mean(dtype=np.float64) - 1) if lesion.size else 0.0,
        )

    def quiet_pair(self, base: Transform) -> tuple[Volume, Volume, Mask]:
        """Both images with local brightness and contrast taken out, and where to compare them.

        That is where tissue of the mask does not enhance, with a rim around the mask.
        """
        grid, sd_mm = self.fixed.grid, self._params.local_mm
        fixed, moving = (
            image.with_data(normalized(image.data, grid, self.mask.data, sd_mm))
            for image in (self.fixed, self.moving)
        )
        wide = grown(self.mask.data, grid, self._params.rim_mm)
        quiet = wide & ~self._see(base).enhancing
        return fixed, moving, Mask(np.asfortranarray(quiet), grid)

    def summary(
        self, index: int, transform: Transform | None, verdict: Verdict, tries: tuple[Try, ...]
    ) -> PhaseMotion:
        """Record of the phase; `transform` is what was kept."""
        none = Transform()
        before, after = self._residuals(none, transform or none)
        change = None if transform is None else self.change(transform)
        return PhaseMotion(
            index,
            verdict,
            self._fit(none, before),
            self._fit(transform or none, after),
            change,
            tries,
        )

    def _fit(self, transform: Transform, found: float) -> Fit:
        seen, mask = self._see(transform), self.mask
        shared = mutual_information(self._fine, seen.fine, mask.data, self._params.bins)
        enhancing = Mask(self._lesion(transform), mask.grid).volume_ml
        return Fit(known(found), known(shared), enhancing)

    def _residuals(self, base: Transform, other: Transform) -> tuple[float, float]:
        """Residual under two transforms, over the same voxels."""
        seen = self._see(base), self._see(other)
        quiet = self.mask.data & ~seen[0].enhancing & ~seen[1].enhancing
        edges = highest(self._steep, quiet, self._params.edge_share)
        before, after = (residual(self._fine, one.fine, edges) for one in seen)
        return before, after

    def _see(self, transform: Transform) -> _Seen:
        if transform not in self._seen:
            self._seen[transform] = self._look(transform)
        return self._seen[transform]

    def _look(self, transform: Transform) -> _Seen:
        grid, params, mask = self.fixed.grid, self._params, self.mask.data
        moved = self.moving
        if transform.rigid is not None or transform.spline is not None:
            moved = self._warp(transform)
        wide = smooth(moved.data * mask, grid, params.spread_mm)
        rise = relative_enhancement(self._wide, wide, mask)
        usual = float(np.median(rise[mask]))
        bright = mask & (rise > usual + params.enhancing_rise)
        margin = smooth(bright, grid, params.spread_mm) > _MARGIN_LEVEL
        fine = smooth(moved.data, grid, params.smooth_mm)
        return _Seen(fine, bright | margin, displacement_mm(transform, grid))

    def _lesion(self, transform: Transform) -> Bools:
        rise = relative_enhancement(self._fine, self._see(transform).fine, self.mask.data)
        return self.mask.data & (rise >= self._params.pe_percent / 100)

    def _step_mm(self, transform: Transform, base: Transform) -> tuple[float, float]:
        """Median and 99th percentile of how far apart two transforms are in the mask."""
        one, other = (self._see(each).displacement_mm[self.mask.data] for each in (transform, base))
        median, p99 = np.percentile(np.linalg.norm(one - other, axis=-1), (50, 99)).tolist()
        return median, p99


def known(value: float) -> float | None:
    """None for NaN."""
    return None if math.isnan(value) else value


def _within(values: tuple[float, float], bounds: tuple[float, float]) -> bool:
    return bounds[0] <= values[0] and values[1] <= bounds[1]
