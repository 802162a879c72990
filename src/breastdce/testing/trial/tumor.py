"""The tumor: its parts within 2 cm of each other, and how its rim, core and necrosis enhance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from breastdce.testing.curves import Curve
from breastdce.testing.shapes import Array
from breastdce.testing.trial.body import Body
from breastdce.testing.trial.canvas import Canvas, Matter, Paint
from breastdce.testing.trial.description import Kind, Lesion, Point, Scanner
from breastdce.testing.trial.draw import equivalent_radius_mm
from breastdce.testing.trial.frame import Frame, cover, field
from breastdce.testing.trial.masses import outline

_SKIN_MM = 2.5  # that a tumor keeps from the outside
_KINDS: tuple[Kind, ...] = ("round", "oval", "lobulated", "irregular")


def paint_tumor(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    lesion: Lesion,
    scanner: Scanner,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Lay the tumor and return its label: all parts, with rim, core and necrosis."""
    label = np.zeros(frame.shape, bool)
    for kind, center, volume, main in _parts(lesion, rng):
        radius = equivalent_radius_mm(volume)
        half = radius * (3.2 if kind == "non-mass" else 1.9 * lesion.stretch) + 4
        box = frame.box(center, half)
        if box is None:
            continue
        level = outline(box, kind, center, radius, lesion.stretch, lesion.turn_deg, rng)
        room = np.maximum(body.skin[box.window] + _SKIN_MM, 1 - body.wall[box.window])
        level = _with_volume(np.maximum(level, 4 * room), volume)
        share = cover(level)
        label[box.window] |= share >= 0.5
        _fill(canvas, box, level, share, radius, lesion, scanner, rng, main=main)
    return label


def _parts(lesion: Lesion, rng: np.random.Generator) -> Iterator[tuple[Kind, Point, float, bool]]:
    """Kind, center, mL, and whether it is the main part."""
    small = rng.uniform(0.01, 0.05, lesion.satellites)
    large = rng.uniform(0.1, 0.25, lesion.further)
    rest = 1 - float(small.sum() + large.sum())
    yield lesion.kind, lesion.center_mm, rest * lesion.volume_ml, True
    reach = equivalent_radius_mm(rest * lesion.volume_ml) * lesion.stretch**0.5
    for share in (*large, *small):
        volume = max(float(share) * lesion.volume_ml, 0.06)
        way = rng.standard_normal(3)
        way *= (reach + rng.uniform(2, 9) + equivalent_radius_mm(volume)) / np.linalg.norm(way)
        x, y, z = np.add(lesion.center_mm, way)
        kind = _KINDS[int(rng.integers(len(_KINDS)))]
        yield kind, (float(x), float(y), float(z)), volume, False


def _with_volume(level: Array, volume_ml: float) -> Array:
    """Shift a level so that as many voxels lie below zero as the volume has."""
    count = min(max(round(1000 * volume_ml), 1), level.size) - 1
    return np.asarray(level - np.partition(level, count, axis=None)[count], np.float32)


def _fill(
    canvas: Canvas,
    box: Frame,
    level: Array,
    share: Array,
    radius: float,
    lesion: Lesion,
    scanner: Scanner,
    rng: np.random.Generator,
    *,
    main: bool,
) -> None:
    """Paint one part: what enhances, then the necrosis over it."""
    curve = Curve(1.0, lesion.rise, lesion.uptake_s, lesion.washout_per_s)
    early, late = (curve.enhancement(time) for time in lesion_times(scanner))
    texture = 1 + np.float32(lesion.heterogeneity) * field(box, rng, 3 * (max(1.8, 0.25 * radius),))
    np.clip(texture, 0.25, 2, out=texture)
    core = np.clip(-level / np.float32(max(2.0, 0.35 * radius)) - np.float32(0.4), 0, 1)
    less = 1 - np.float32(lesion.rim if main else 0) * core
    catch_up = 1 + np.float32(0.25 * lesion.rim) * core  # the core fills in late
    baseline = scanner.gland * lesion.baseline * (1 + np.float32(0.06) * field(box, rng, (2, 2, 2)))
    paint = Paint(baseline, early * texture * less, late * texture * less * catch_up)
    canvas.lay(Matter.LESION, share, paint, box)
    if main and lesion.necrosis:
        inside = level + np.float32(0.15 * radius) * field(box, rng, 3 * (max(1.8, 0.3 * radius),))
        dead = inside - np.quantile(inside[level < 0], lesion.necrosis)
        hollow = np.minimum(cover(dead), share)
        rise = rng.uniform(0.02, 0.25)
        canvas.lay(Matter.NECROSIS, hollow, Paint(0.85 * baseline, rise, 1.4 * rise), box)


def lesion_times(scanner: Scanner) -> tuple[float, float]:
    """Seconds after injection at which a tumor is seen: contrast takes 15 s to get there."""
    early, late = scanner.times_s
    return early - 15, late - 15
