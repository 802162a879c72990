"""Outlines of one part of a tumor: a level in mm around its center, low inside, high outside.

A level is cut where the part has the volume asked for, so that its zero need not be exact.
Shapes and margins are those of the BI-RADS lexicon for MRI (ACR BI-RADS Atlas, 5th edition).
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.motion import rigid_move
from breastdce.testing.shapes import Array
from breastdce.testing.trial.description import Kind, Point
from breastdce.testing.trial.frame import Frame, field

_ROUGH: dict[Kind, float] = {
    "round": 0.05, "oval": 0.06, "lobulated": 0.07,
    "irregular": 0.26, "spiculated": 0.2, "non-mass": 0.3,
}  # fmt: skip
"""SD of the border over the radius."""
_LOBES, _SPICULES = (3, 7), (10, 26)


def outline(
    frame: Frame,
    kind: Kind,
    center: Point,
    radius_mm: float,
    stretch: float,
    turn_deg: Point,
    rng: np.random.Generator,
) -> Array:
    """Return the level of a part of about the ball's volume of `radius_mm`, float32 [i, j, k]."""
    at = _own_axes(frame, center, stretch, turn_deg)
    level = _lobes(at, radius_mm, rng) if kind == "lobulated" else _ball(at, radius_mm)
    if kind == "non-mass":
        level = np.maximum(1.2 * (level - 0.45 * radius_mm), -0.5 * radius_mm)
        clump = max(2.5, 0.22 * radius_mm)
        level += np.float32(0.75 * radius_mm) * -field(frame, rng, (clump, 1.6 * clump, clump))
        level += np.float32(0.25 * radius_mm) * field(frame, rng, (2, 2, 2))
        return np.asarray(level, np.float32)
    level += np.float32(_ROUGH[kind] * radius_mm) * field(
        frame, rng, 3 * (max(2, 0.4 * radius_mm),)
    )
    if kind in ("irregular", "spiculated"):
        level += np.float32(0.09 * radius_mm) * field(frame, rng, (1.8, 1.8, 1.8))
    if kind == "spiculated":
        np.minimum(level, _spicules(at, radius_mm, rng), out=level)
    return level


def _own_axes(
    frame: Frame, center: Point, stretch: float, turn_deg: Point
) -> tuple[Array, Array, Array]:
    """Positions in the turned axes of the part, the first one shortened by its stretch."""
    away = (frame.x - center[0], frame.y - center[1], frame.z - center[2])
    move = rigid_move((0, 0, 0), turn_deg, (0, 0, 0))
    turned = np.eye(3) - move(np.eye(3))  # rows: where the unit vectors came from
    scale = (stretch, stretch**-0.4, stretch**-0.6)
    x, y, z = (
        sum(np.float32(turned[ras, own] / scale[own]) * away[ras] for ras in range(3))
        for own in range(3)
    )
    return np.asarray(x), np.asarray(y), np.asarray(z)


def _ball(at: tuple[Array, Array, Array], radius: float, center: Point = (0, 0, 0)) -> Array:
    square = sum((line - np.float32(c)) ** 2 for line, c in zip(at, center, strict=True))
    return np.asarray(np.sqrt(square) - np.float32(radius), np.float32)


def _lobes(at: tuple[Array, Array, Array], radius: float, rng: np.random.Generator) -> Array:
    """Balls that overlap the first one."""
    level = _ball(at, 0.7 * radius)
    for _ in range(int(rng.integers(*_LOBES))):
        out = rng.standard_normal(3)
        x, y, z = out / np.linalg.norm(out) * rng.uniform(0.45, 0.75) * radius
        np.minimum(level, _ball(at, rng.uniform(0.4, 0.65) * radius, (x, y, z)), out=level)
    return level


def _spicules(at: tuple[Array, Array, Array], radius: float, rng: np.random.Generator) -> Array:
    """Cones from the center outward, thin where they end."""
    level = np.full(at[0].shape, np.float32(1e3))
    square = at[0] ** 2 + at[1] ** 2 + at[2] ** 2
    for _ in range(int(rng.integers(*_SPICULES))):
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        length = radius * rng.uniform(1.25, 1.9)
        along = sum(np.float32(w) * line for w, line in zip(way, at, strict=True))
        aside = np.sqrt(np.maximum(square - along**2, 0))
        thick = np.float32(max(1.6, 0.2 * radius)) * (1 - along / np.float32(length))
        cone = np.where(along > 0, aside - thick, np.float32(1e3))
        np.minimum(level, cone, out=level)
    return level
