"""The chest wall: one smooth arch behind both breasts, found where the thorax begins."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.params import Params
from breastdce.prepare.body_surface import BodySurface

FloatArray = NDArray[np.float64]

_POWER = 2.4  # of the arch: between an ellipse and a box
_DEPTH = 0.73  # depth over half width of the front half of a thorax
_STEEPEST = 0.97  # of the half width: beyond it the arch falls without end
_USED = 0.85  # of the half width: columns that vote
_SKIN_MM = 8.0  # the skin is no part of the profile
_BORDER_MM = 6.0  # of the image, where signal fades
_SHARE = 0.35
_RIBS_TO_LUNG_MM = (8.0, 18.0)  # from the front of the ribs to the lung
_LUNG = 1.8  # from tissue to lung in logarithms: where air is darker, lung is not
_DARK = 0.33  # of the way from tissue to air in logarithms, less what comes back behind
_LEAST_SHARE = 0.2  # of the columns must reach a depth, or it is not looked at


class ChestWallParams(Params, frozen=True):
    """Bounds of the search, in mm, from the anatomy of adults."""

    half_widths_mm: tuple[float, ...] = (100.0, 115.0, 130.0, 145.0, 165.0)
    """Half widths of the thorax that are tried."""
    slopes: tuple[float, ...] = (-0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4)
    """Rises of the sternum toward the head, mm a mm, that are tried."""
    thickness_mm: Annotated[float, msgspec.Meta(ge=5, le=40)] = 20.0
    """From the inner surface of the thorax, where signal falls most, to the front of the pectoral
    muscle: ribs, intercostal and pectoral muscle."""
    muscle_mm: Annotated[float, msgspec.Meta(ge=0, le=30)] = 6.0
    """From the front of the ribs to that of the muscle, where the images end before the lung."""
    search_mm: Annotated[float, msgspec.Meta(gt=20)] = 130.0
    """How far behind its frontmost possible place the thorax is looked for."""
    least_breast_mm: Annotated[float, msgspec.Meta(gt=0)] = 40.0
    """The thorax lies at least so far behind the tip of the breasts."""


@dataclass(frozen=True, slots=True)
class ChestWall:
    """Concentric arches: that of the thorax and, before it, those of the muscle and the skin."""

    inner_mm: float
    """y of the frontmost point of the inside of the thorax at z = `level_mm`."""
    thickness_mm: float
    """From there to the front of the pectoral muscle."""
    middle_mm: float
    """x of its frontmost point."""
    half_width_mm: float
    """Of the inside of the thorax."""
    slope: float
    level_mm: float
    step: float = 0.0
    """Fall of the logarithm of signal at the thorax, a coarse step; small where none was seen."""
    lung_seen: bool = False
    """Whether the fall leads into lung; else into ribs, or nowhere."""

    @property
    def front_mm(self) -> float:
        """Y of the frontmost point of the muscle at z = `level_mm`."""
        return self.inner_mm + self.thickness_mm

    def at(self, x: FloatArray, z: FloatArray, before_mm: float = 0.0) -> FloatArray:
        """Return y in mm of the arch so far before the front of the muscle, indexed [x, z]."""
        before = self.thickness_mm + before_mm
        arch = _arch(x - self.middle_mm, self.half_width_mm + before)
        return (self.inner_mm + before + arch)[:, None] + self.slope * (z - self.level_mm)[None, :]


def _arch(x: FloatArray, half_width_mm: float) -> FloatArray:
    out = np.minimum(np.abs(x) / half_width_mm, _STEEPEST)
    return np.asarray(-_DEPTH * half_width_mm * (1 - (1 - out**_POWER) ** (1 / _POWER)))


def find_chest_wall(
    surface: BodySurface, middle_mm: float, frontmost_mm: float, params: ChestWallParams
) -> ChestWall:
    """Fit the arch.

    Parameters
    ----------
    surface
        Front of the body and smoothed signal.
    middle_mm
        x of the sternum.
    frontmost_mm
        The inside of the thorax lies behind this y.

    Notes
    -----
    For each arch that is tried, the mean log signal over all lines from back to front is taken
    at equal distance from the arch. Where the arch has the shape of the thorax, its borders stay
    sharp in that profile, while gland and vessels average out: the arch with the sharpest
    profile is kept, and the hindmost place where signal falls toward the back by a third of the
    largest fall or more is the inner surface of the thorax.

    A chest wall that is found as one smooth surface is the idea of "Three-dimensional whole
    breast segmentation in sagittal MR images with dense depth field modeling and localized
    self-adaptation" (Wei et al.); that the chest is found rather than the breast, that of Lin et
    al. 2013, Med Phys 40:122301. Arch and profile are our own. Where the images end in front of
    the lung, the fall is that at the front of the ribs, and the wall lies a muscle before it.
    """
    signal = surface.signal
    x, y, z = (signal.along(axis) for axis in range(3))
    logs = np.log(signal.data + np.float32(surface.threshold))
    depths = y[(y < frontmost_mm) & (y > max(frontmost_mm - params.search_mm, y[0] + 6.0))]
    level = float(z.mean())
    best = ChestWall(
        frontmost_mm - params.thickness_mm,
        params.thickness_mm,
        middle_mm,
        params.half_widths_mm[1],
        0.0,
        level,
    )
    sharpest = 0.0
    for width in params.half_widths_mm:
        for slope in params.slopes:
            wall = ChestWall(0.0, 0.0, middle_mm, width, slope, level)
            use = np.abs(x - middle_mm) < _USED * width
            arch = wall.at(x[use], z)
            profile = _profile(logs[use], surface.front_mm[use], arch, depths, y)
            falls = np.diff(profile)  # depths ascend to the front: a fall to the back is a rise
            falls -= np.nanmedian(falls) if np.isfinite(falls).any() else 0.0  # shading
            sharpness = float(np.nansum(falls**2))
            if sharpness > sharpest:
                sharpest = sharpness
                best = _placed(wall, profile, falls, depths, surface.threshold, params)
    return best


def _placed(
    arch: ChestWall,
    profile: FloatArray,
    falls: FloatArray,
    depths: FloatArray,
    threshold: float,
    params: ChestWallParams,
) -> ChestWall:
    """The arch where the profile says that the thorax lies."""
    where = _hindmost(falls)
    step_mm = float(depths[1] - depths[0])
    seen = _lung_behind(profile, falls, where, step_mm, float(np.log(2 * threshold)))
    inner, width = _center(falls, where, depths), arch.half_width_mm
    if not seen:
        inner -= params.thickness_mm - params.muscle_mm
        width -= params.thickness_mm - params.muscle_mm
    return dataclasses.replace(
        arch,
        inner_mm=inner,
        half_width_mm=width,
        thickness_mm=params.thickness_mm,
        step=float(falls[where]),
        lung_seen=seen,
    )


def _hindmost(falls: FloatArray) -> int:
    """The hindmost peak of at least a third of the largest: ribs may fall more than lung."""
    known = np.nan_to_num(falls, nan=-np.inf)
    edge = np.concatenate(([-np.inf], known, [-np.inf]))
    peak = (known >= edge[:-2]) & (known >= edge[2:]) & (known >= _SHARE * known.max())
    return int(np.flatnonzero(peak)[0])


def _lung_behind(
    profile: FloatArray, falls: FloatArray, where: int, step_mm: float, air: float
) -> bool:
    """Whether a fall of signal leads into lung. Else it leads into ribs.

    Ribs lie before the lung: where there is another fall before this one, they were passed.
    Behind the front of the ribs signal comes back or never goes far down to that of air.
    """
    near, far = (max(1, round(reach / step_mm)) for reach in _RIBS_TO_LUNG_MM)
    gains = np.maximum(np.nan_to_num(falls), 0.0)
    ribs = gains[where + near : where + far + 1].sum()
    if ribs >= _SHARE * gains[max(where - 1, 0) : where + 2].sum():
        return True
    tissue = profile[where + 1 : where + 1 + far]
    behind = profile[max(where + 1 - far, 0) : where + 1]
    if not np.isfinite(tissue).any() or np.isfinite(behind).sum() <= near:
        return False
    behind = behind[np.isfinite(behind)]
    top, low = float(np.nanmax(tissue)), np.minimum.accumulate(behind[::-1])[::-1]
    dark = (top - behind.mean()) / max(top - max(air, top - _LUNG), 1e-6)
    back = (behind - low).max() / max(top - low[0], 1e-6)
    return bool(dark - back >= _DARK)


def _center(falls: FloatArray, where: int, depths: FloatArray) -> float:
    """Position of a peak between samples, by the parabola through three."""
    position = (depths[where] + depths[where + 1]) / 2
    if 0 < where < falls.size - 1 and np.isfinite(falls[where - 1 : where + 2]).all():
        before, peak, after = falls[where - 1 : where + 2]
        bend = before - 2 * peak + after
        if bend < 0:
            position += 0.5 * (before - after) / bend * (depths[1] - depths[0])
    return float(position)


def _profile(
    logs: NDArray[np.float32],
    front: FloatArray,
    arch: FloatArray,
    depths: FloatArray,
    y: FloatArray,
) -> FloatArray:
    """Mean over all lines at each of `depths` before the arch; NaN where few lines reach."""
    count = y.size
    at = arch[:, None, :] + depths[None, :, None]
    place = (at - y[0]) / (y[1] - y[0])
    low = np.clip(np.floor(place).astype(np.int64), 0, count - 2)
    share = (place - low).astype(np.float32)
    inside = (at >= y[0] + _BORDER_MM) & (place <= count - 1) & (at < front[:, None, :] - _SKIN_MM)
    lower = np.take_along_axis(logs, low, axis=1)
    upper = np.take_along_axis(logs, low + 1, axis=1)
    values = np.where(inside, lower + share * (upper - lower), np.float32(0))
    reached = inside.sum(axis=(0, 2))
    enough = reached >= _LEAST_SHARE * max(int(reached.max(initial=0)), 1)
    total = values.sum(axis=(0, 2), dtype=np.float64)
    return np.where(enough & (reached > 0), total / np.maximum(reached, 1), np.nan)
