"""Signal from the back to the front of a chest, at equal distance from one arch, and its reading.

From the front: breast, muscle and ribs, lung. Where the lung begins, signal falls nearly to that of
air; ribs are a dip; bright fat falls to muscle, but a second fall follows, that into the lung.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SHARE = 0.35  # of the largest fall: smaller ones are noise, gland or vessels
_SECOND = 0.2  # of the largest: enough for a fall that is looked for behind it
_WALL_MM = (12.0, 28.0)  # from the front of the muscle to the lung
_HALVES = 0.5  # the lung has at most half the signal of muscle, heart and vessels in it included
_RIBS_TO_LUNG_MM = (8.0, 18.0)  # from the front of the ribs to the lung
_RIBS = 0.25  # of the fall into the lung: less is no fall into ribs
_FAINT = 0.25  # of the tissue before it: neither ribs nor muscle behind bright fat are so dark
_LUNG = 1.8  # from tissue to lung in logarithms: where air is darker, lung is not
_DARK = 0.33  # of the way from tissue to air in logarithms, less what comes back behind


@dataclass(frozen=True, slots=True, eq=False)
class ThoraxProfile:
    """Mean over the lines of an image at each distance from an arch."""

    depths_mm: FloatArray
    """Even, ascending to the front."""
    logs: FloatArray
    """Logarithm of signal and `threshold`; NaN where few lines reach."""
    threshold: float
    """Signal that splits air and tissue."""
    air: float
    """Signal of air."""

    @property
    def step_mm(self) -> float:
        """Distance of two samples."""
        return float(self.depths_mm[1] - self.depths_mm[0])

    @property
    def falls(self) -> FloatArray:
        """Falls toward the back between neighbors, less the shading: what most of them share."""
        falls = np.diff(self.logs)
        return falls - (np.nanmedian(falls) if np.isfinite(falls).any() else 0.0)

    def sharpness(self) -> float:
        """How much signal falls and rises at once."""
        return float(np.nansum(self.falls**2))

    def thorax(self) -> int:
        """Index of the fall at the inner surface of the thorax, or the hindmost that is shown.

        The hindmost peak of at least a third of the largest: ribs may fall more than lung. Where
        fat is bright, its fall to muscle may be far larger than that into the lung: a smaller one
        counts too where it lies behind by what a chest wall is thick and halves the signal.
        """
        where = self._peaks(_SHARE)[0]
        near, far = (max(1, round(reach / self.step_mm)) for reach in _WALL_MM)
        for behind in self._peaks(_SECOND):
            if near <= where - behind <= far and self._halves(behind, where):
                return behind
        return where

    def lung_behind(self, where: int) -> bool:
        """Whether a fall of signal leads into lung; else it leads into ribs or muscle.

        Ribs lie before the lung: where there is another fall before this one, they were passed.
        Behind the front of the ribs signal comes back or never goes far down to that of air.
        Where the images end too soon to see it come back, only what is nearly air is lung.
        """
        near, far = (max(1, round(reach / self.step_mm)) for reach in _RIBS_TO_LUNG_MM)
        gains = np.maximum(np.nan_to_num(self.falls), 0.0)
        ribs = gains[where + near : where + far + 1].sum()
        if ribs >= _RIBS * gains[max(where - 1, 0) : where + 2].sum():
            return True
        tissue = self.logs[where + 1 : where + 1 + far]
        behind = self.logs[max(where + 1 - far, 0) : where + 1]
        behind = behind[np.isfinite(behind)]
        if not np.isfinite(tissue).any() or behind.size == 0:
            return False
        top = float(np.nanmax(tissue))
        if behind.size < far:
            return self._signal(behind.min()) <= _FAINT * self._signal(top)
        low = np.minimum.accumulate(behind[::-1])[::-1]
        floor = max(float(np.log(2 * self.threshold)), top - _LUNG)
        dark = (top - behind.mean()) / max(top - floor, 1e-6)
        back = (behind - low).max() / max(top - low[0], 1e-6)
        return bool(dark - back >= _DARK)

    def center_mm(self, where: int) -> float:
        """Position of a peak between samples, by the parabola through three."""
        falls = self.falls
        position = (self.depths_mm[where] + self.depths_mm[where + 1]) / 2
        if 0 < where < falls.size - 1 and np.isfinite(falls[where - 1 : where + 2]).all():
            before, peak, after = falls[where - 1 : where + 2]
            bend = before - 2 * peak + after
            if bend < 0:
                position += 0.5 * (before - after) / bend * self.step_mm
        return float(position)

    def nearest(self, place_mm: float, reach_mm: float) -> int:
        """Index of the largest fall within reach of a place."""
        middles = (self.depths_mm[1:] + self.depths_mm[:-1]) / 2
        near = np.where(np.abs(middles - place_mm) <= reach_mm, self.falls, -np.inf)
        return int(np.argmax(np.nan_to_num(near, nan=-np.inf)))

    def _peaks(self, share: float) -> list[int]:
        """Falls of at least such a share of the largest, the hindmost first."""
        known = np.nan_to_num(self.falls, nan=-np.inf)
        edge = np.concatenate(([-np.inf], known, [-np.inf]))
        peak = (known >= edge[:-2]) & (known >= edge[2:]) & (known >= share * known.max())
        return [int(index) for index in np.flatnonzero(peak)]

    def _halves(self, behind: int, where: int) -> bool:
        """Whether a fall leads to half the signal of what lies between it and one before it."""
        reach = max(1, round(_WALL_MM[0] / self.step_mm))
        low = float(np.nanmin(self.logs[max(behind + 1 - reach, 0) : behind + 1]))
        muscle = float(np.median(self.logs[behind + 1 : where + 1]))
        return self._signal(low) <= _HALVES * self._signal(muscle)

    def _signal(self, log: float) -> float:
        """Signal without noise, which adds to it in squares (Gudbjartsson 1995, MRM 34:910)."""
        return float(np.sqrt(max((np.exp(log) - self.threshold) ** 2 - self.air**2, 0.0)))
