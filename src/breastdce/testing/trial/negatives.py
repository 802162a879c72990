"""What enhances like a tumor and is none: foci smaller than 5 mm, lymph nodes."""

from __future__ import annotations

import numpy as np

from breastdce.testing.shapes import Array
from breastdce.testing.trial.body import SIDES, Body, nipple
from breastdce.testing.trial.canvas import Canvas, Matter, Paint
from breastdce.testing.trial.description import Lesion, Point, Scanner, Woman
from breastdce.testing.trial.draw import equivalent_radius_mm
from breastdce.testing.trial.frame import Frame, cover, egg

_FOCUS_APART_MM = 20.0  # a focus nearer to the tumor would be a satellite, and labeled
_NODE_APART_MM = 6.0


def paint_negatives(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    woman: Woman,
    lesion: Lesion,
    scanner: Scanner,
    rng: np.random.Generator,
) -> None:
    """Lay foci and nodes in both breasts and axillae."""
    for sign in SIDES:
        for _ in range(woman.foci):
            radius = rng.uniform(1.2, 2.4)
            center = _inside(woman, sign, rng)
            rise, trend = rng.uniform(0.5, 1.8), rng.uniform(0.9, 1.5)
            if not _beside(center, lesion, _FOCUS_APART_MM):
                radii = (radius, radius * rng.uniform(0.7, 1.1), radius * rng.uniform(0.7, 1.1))
                _dot(canvas, frame, body, center, radii, Paint(scanner.gland, rise, trend * rise))
        for _ in range(woman.nodes):
            _node(canvas, frame, body, woman, lesion, scanner, sign, rng)


def _inside(woman: Woman, sign: float, rng: np.random.Generator) -> Point:
    x, y, z = nipple(woman, sign)
    way = rng.standard_normal(3)
    way *= rng.uniform(0.1, 0.8) / np.linalg.norm(way)
    return (
        x + way[0] * woman.width_mm / 2,
        0.45 * y + way[1] * 0.5 * y,
        z + way[2] * woman.height_mm / 2,
    )


def _beside(center: Point, lesion: Lesion, apart_mm: float) -> bool:
    reach = equivalent_radius_mm(lesion.volume_ml) * lesion.stretch + apart_mm
    return float(np.linalg.norm(np.subtract(center, lesion.center_mm))) < reach


def _dot(
    canvas: Canvas, frame: Frame, body: Body, center: Point, radii: Point, paint: Paint
) -> None:
    box = frame.box(center, 5)
    if box is not None:
        share = cover((egg(box, center, radii) - 1) * np.float32(min(radii)))
        canvas.lay(Matter.FOCUS, _held(share, body, box), paint, box)


def _node(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    woman: Woman,
    lesion: Lesion,
    scanner: Scanner,
    sign: float,
    rng: np.random.Generator,
) -> None:
    """A bean with a fatty hilum: in the upper outer breast, or larger in the axilla."""
    x, y, z = nipple(woman, sign)
    axillary = rng.random() < 0.5
    lateral = 0.52 if axillary else rng.uniform(0.2, 0.42)
    center = (
        x + sign * lateral * woman.width_mm,
        (rng.uniform(-0.15, 0.05) if axillary else rng.uniform(0.1, 0.45)) * y,
        z + rng.uniform(0.1, 0.4) * woman.height_mm,
    )
    size = rng.uniform(4, 7.5) if axillary else rng.uniform(2.4, 4.2)
    box = frame.box(center, 2 * size)
    rise, trend = rng.uniform(0.7, 2.2), rng.uniform(0.75, 1.05)
    if box is None or _beside(center, lesion, _NODE_APART_MM + size):
        return
    radii = (size * 0.65, size, size * rng.uniform(0.6, 1.0))
    share = _held(cover((egg(box, center, radii) - 1) * np.float32(min(radii))), body, box)
    canvas.lay(Matter.NODE, share, Paint(0.95 * scanner.gland, rise, trend * rise), box)
    notch = (center[0] - sign * 0.45 * size, center[1], center[2])
    hilum = cover((egg(box, notch, (0.4 * size, 0.5 * size, 0.4 * size)) - 1) * np.float32(size))
    canvas.lay(Matter.FAT, np.minimum(hilum, share), Paint(1.0), box)


def _held(share: Array, body: Body, box: Frame) -> Array:
    """Keep what lies under the skin and in front of the muscle."""
    free = np.minimum(cover(body.skin[box.window] + 2), cover(-body.wall[box.window]))
    return np.minimum(share, free)
