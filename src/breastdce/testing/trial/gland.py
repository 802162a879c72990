"""Gland: lobules in a cone behind the nipple, strands into the fat, and how they enhance."""

from __future__ import annotations

import numpy as np

from breastdce.testing.shapes import Array
from breastdce.testing.trial.body import SIDES, Body, nipple
from breastdce.testing.trial.canvas import Canvas, Matter, Paint
from breastdce.testing.trial.description import Scanner, Woman
from breastdce.testing.trial.frame import Frame, cover, egg, field


def paint_gland(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    woman: Woman,
    scanner: Scanner,
    rng: np.random.Generator,
) -> None:
    """Lay the gland of both breasts; their enhancement is symmetric in level, not in detail."""
    share = gland_share(frame, body, woman, rng)
    mottle = 1 + np.float32(rng.uniform(0.03, 0.12)) * field(frame, rng, (2.2, 2.2, 2.2))
    patches = field(frame, rng, (6, 8, 6))
    patches *= np.float32(woman.patchiness)
    edge = np.float32(rng.uniform(0, 0.012)) * np.clip(40 + body.skin, 0, 40)
    patches += np.float32(1) + edge  # background enhancement starts at the periphery
    np.clip(patches, 0.1, 2.6, out=patches)
    late = np.float32(woman.background_rise) * patches
    part = np.float32(rng.uniform(0.45, 0.85))  # slow uptake: most of it comes late
    canvas.lay(Matter.GLAND, share, Paint(scanner.gland * mottle, part * late, late), frame)


def gland_share(frame: Frame, body: Body, woman: Woman, rng: np.random.Generator) -> Array:
    """Share of gland in each voxel, float32 [i, j, k]."""
    coarse = field(frame, rng, (6, 10, 6))
    fine = field(frame, rng, (2.2, 3.5, 2.2))
    grain = field(frame, rng, (1.1, 1.6, 1.1))
    threads = np.minimum(
        np.abs(field(frame, rng, (8, 14, 8))), np.abs(field(frame, rng, (4.5, 10, 4.5)))
    )
    share = np.zeros(frame.shape, np.float32)
    spread = rng.uniform(0.34, 0.44), rng.uniform(0.38, 0.48), rng.uniform(0.3, 0.42)
    strands = np.float32(rng.uniform(0.2, 0.55))
    low = np.float32(1.9 - 3.0 * woman.density)
    for sign in SIDES:
        x, y, z = nipple(woman, sign)
        radii = (spread[0] * woman.width_mm, spread[1] * y, spread[2] * woman.height_mm)
        level = egg(frame, (x, 0.53 * y, z), radii)
        outside = np.clip(level - np.float32(0.6), 0, 3)
        lobes = cover(
            low - coarse - np.float32(0.7) * fine - np.float32(0.3) * grain + 3 * outside, 0.9
        )
        np.maximum(share, lobes, out=share)
        cooper = cover(threads - np.float32(0.08) + np.clip(level - 1.15, 0, 3), 0.16)
        cooper *= strands
        np.maximum(share, cooper, out=share)
    share *= cover(body.skin + np.float32(woman.skin_mm + 1.5), 2.0)
    return share
