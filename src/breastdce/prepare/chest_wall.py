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
from breastdce.prepare.thorax_profile import ThoraxProfile

FloatArray = NDArray[np.float64]

_POWER = 2.4  # of the arch: between an ellipse and a box
_DEPTH = 0.73  # depth over half width of the front half of a thorax
_STEEPEST = 0.97  # of the half width: beyond it the arch falls without end
_USED = 0.85  # of the half width: columns that vote
_SKIN_MM = 8.0  # the skin is no part of the profile
_BORDER_MM = 6.0  # of the image, where signal fades
_WIDER_MM = (-20.0, -15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0)  # tried in the second round
_AROUND_MM = (15.0, 30.0)  # behind and before the thorax: from lung to breast
_MOVED_MM = 6.0  # by the second round: ribs lie farther off
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
    profile is kept, and `thorax_profile` tells where in it the inner surface of the thorax lies.
    Its width is then found anew among concentric arches, as lung, ribs and muscle lie to each
    other; the first round tries one arch at all depths, which suits only one of their borders.

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
            at = wall.at(x[use], z)[:, None, :] + depths[None, :, None]
            logs_at = _profile(logs[use], surface.front_mm[use], at, y)
            profile = ThoraxProfile(depths, logs_at, surface.threshold, surface.air)
            sharpness = profile.sharpness()
            if sharpness > sharpest:
                sharpest = sharpness
                best = _placed(wall, profile, params)
    return _refined(best, logs, surface, depths) if best.lung_seen else best


def _refined(
    wall: ChestWall, logs: NDArray[np.float32], surface: BodySurface, depths: FloatArray
) -> ChestWall:
    """The width and place of the arch, found anew among arches that lie about each other.

    Muscle and lung are concentric: their borders are sharp at once only for the right width.
    """
    x, y, z = (surface.signal.along(axis) for axis in range(3))
    behind, before = _AROUND_MM
    near = depths[(depths > wall.inner_mm - behind) & (depths < wall.inner_mm + before)]
    best, sharpest = wall, 0.0
    for change in _WIDER_MM:
        base = dataclasses.replace(
            wall, thickness_mm=0.0, half_width_mm=wall.half_width_mm + change
        )
        use = np.abs(x - wall.middle_mm) < _USED * wall.half_width_mm
        at = np.stack([base.at(x[use], z, depth - wall.inner_mm) for depth in near], axis=1)
        logs_at = _profile(logs[use], surface.front_mm[use], at, y)
        profile = ThoraxProfile(near, logs_at, surface.threshold, surface.air)
        sharpness = profile.sharpness()
        if sharpness > sharpest:
            sharpest = sharpness
            inner = profile.center_mm(profile.nearest(wall.inner_mm, _MOVED_MM))
            best = dataclasses.replace(
                wall,
                inner_mm=inner,
                half_width_mm=base.half_width_mm + inner - wall.inner_mm,
            )
    return best


def _placed(arch: ChestWall, profile: ThoraxProfile, params: ChestWallParams) -> ChestWall:
    """The arch where the profile says that the thorax lies."""
    where = profile.thorax()
    seen = profile.lung_behind(where)
    inner, width = profile.center_mm(where), arch.half_width_mm
    if not seen:
        inner -= params.thickness_mm - params.muscle_mm
        width -= params.thickness_mm - params.muscle_mm
    return dataclasses.replace(
        arch,
        inner_mm=inner,
        half_width_mm=width,
        thickness_mm=params.thickness_mm,
        step=float(profile.falls[where]),
        lung_seen=seen,
    )


def _profile(
    logs: NDArray[np.float32],
    front: FloatArray,
    at: FloatArray,
    y: FloatArray,
) -> FloatArray:
    """Mean over all lines at each depth of `at` [x, depth, z]; NaN where few lines reach."""
    count = y.size
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
