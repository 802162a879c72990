"""The outside of the body and what lies behind the breasts: skin, chest wall, lungs, heart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.testing.shapes import Array, Point, join
from breastdce.testing.trial.canvas import Canvas, Matter, Paint
from breastdce.testing.trial.description import Scanner, Woman
from breastdce.testing.trial.frame import Frame, cover, egg, field

SIDES = (1.0, -1.0)
_ENDLESS = np.inf
_TRUNK_MM = 12.0
"""Of fat and skin in front of the muscle at the midline."""
_RISE_MM, _LATERAL_MM = 10.0, 30.0  # as `testing.anatomy.breast_truth`


@dataclass(frozen=True, slots=True)
class Body:
    """Signed distances in mm, negative inside, float32 [i, j, k]."""

    skin: Array
    """To the outside."""
    wall: Array
    """To the front of the pectoral muscle."""
    trunk: Array
    """To a body without breasts."""


def nipple(woman: Woman, sign: float) -> Point:
    """Return the tip of the breast at +x (1) or -x (-1), RAS+ mm."""
    return (sign * woman.offset_mm, woman.depth_mm, -5.0)


def shape_body(frame: Frame, woman: Woman, rng: np.random.Generator) -> Body:
    """Return the surfaces of a woman lying prone."""
    front, radius = woman.wall_mm, woman.wall_radius_mm
    lean = np.float32(woman.wall_tilt) * frame.z
    wall = (egg(frame, (0, front - 100, 0), (radius, 100, _ENDLESS), 2.3) - 1) * 100 - lean
    back = front + _TRUNK_MM - 112
    trunk = (egg(frame, (0, back, 0), (radius + 16, 112, _ENDLESS), 2.4) - 1) * 112 - lean
    dents = np.float32(woman.dents_mm) * field(frame, rng, (26, 26, 26))
    skin = np.broadcast_to(trunk, frame.shape)
    for sign in SIDES:
        tip = nipple(woman, sign)
        radii = (woman.width_mm / 2, woman.depth_mm, woman.height_mm / 2)
        level = egg(frame, (tip[0], 0, tip[2]), radii, woman.power)
        breast = (level - 1) * np.float32(min(radii)) + dents
        knob = (egg(frame, tip, (6, 6, 6)) - 1) * 6
        skin = join(skin, join(breast, knob, 8), 26)
    waves = np.float32(2.0) * field(frame, rng, (30, 30, 30))
    return Body(skin, wall + waves, np.broadcast_to(trunk, frame.shape))


def paint_body(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    woman: Woman,
    scanner: Scanner,
    rng: np.random.Generator,
) -> None:
    """Lay fat and skin, the fat mottled by what is too fine to draw."""
    mottle = 1 + np.float32(rng.uniform(0.02, 0.1)) * field(frame, rng, (3, 3, 3))
    inside = cover(body.skin)
    rise = scanner.fat_rise
    canvas.lay(Matter.FAT, inside, Paint(mottle, rise, rise * rng.uniform(0.8, 1.2)), frame)
    rise = rng.uniform(0.1, 0.5)
    shell = np.minimum(inside, cover(-body.skin - np.float32(woman.skin_mm)))
    canvas.lay(Matter.SKIN, shell, Paint(scanner.skin, 0.7 * rise, rise), frame)
    rise = rng.uniform(0.3, 1.1)
    for sign in SIDES:
        tip = nipple(woman, sign)
        near = frame.box(tip, 14)
        if near is not None:
            disc = np.minimum(cover((egg(near, tip, (9, 6, 9)) - 1) * 6), inside[near.window])
            canvas.lay(Matter.SKIN, disc, Paint(scanner.skin, rise, rise), near)


def paint_thorax(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    woman: Woman,
    scanner: Scanner,
    rng: np.random.Generator,
) -> None:
    """Lay muscle, ribs, lungs and heart, covering what is already there."""
    wall = body.wall
    if float(wall.min()) > 1:
        return
    streaks = 1 + np.float32(0.1) * field(frame, rng, (2, 2, 8))
    rise = rng.uniform(0.1, 0.6)
    muscle = np.minimum(cover(wall), cover(body.skin + 3))
    canvas.lay(Matter.MUSCLE, muscle, Paint(scanner.muscle * streaks, 0.8 * rise, rise), frame)
    pitch, thick = rng.uniform(20, 28), rng.uniform(11, 20)
    slope = frame.z + np.float32(0.25) * np.abs(frame.x)
    across = np.abs((slope + pitch / 2) % pitch - pitch / 2)
    ribs = np.hypot(across, np.float32(1.3) * (wall + np.float32(thick))) - np.float32(5.5)
    canvas.lay(
        Matter.MUSCLE, cover(ribs), Paint(rng.uniform(0.4, 0.95) * scanner.muscle, 0.1, 0.1), frame
    )
    deep = wall + np.float32(thick + 8)
    if float(deep.min()) > 1:
        return
    canvas.lay(Matter.LUNG, cover(deep), Paint(rng.uniform(0.05, 0.25)), frame)
    center = (rng.uniform(-40, -15), woman.wall_mm - rng.uniform(58, 75), rng.uniform(-50, 10))
    radii = (rng.uniform(45, 70), rng.uniform(30, 44), rng.uniform(45, 70))
    level = egg(frame, center, radii, 2.2)
    heart = np.minimum(cover((level - 1) * np.float32(min(radii))), cover(deep))
    rise = rng.uniform(1.0, 2.6)
    surge = 1 + np.float32(0.15) * field(frame, rng, (6, 6, 6))
    blood = Paint(scanner.blood * surge, rise, 0.85 * rise)
    canvas.lay(Matter.HEART, heart, blood, frame)


def breast_mask(frame: Frame, body: Body, woman: Woman) -> NDArray[np.bool_]:
    """Both breasts as a reader would outline them, skin included.

    The rule of `testing.anatomy.breast_truth`: body in front of the muscle, where the skin
    stands at least 10 mm before a trunk without breasts.
    """
    inside = body.skin < 0
    held = inside & (body.wall > 0) & (frame.y > woman.wall_mm - _LATERAL_MM)
    risen = inside & (body.trunk > _RISE_MM) & (frame.y > woman.wall_mm)
    along = int(np.abs(frame.grid.direction[1]).argmax())
    return np.asarray(held & risen.any(axis=along, keepdims=True))
