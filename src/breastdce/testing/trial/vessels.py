"""Vessels: winding tubes that taper and fork, from the edge of a breast toward its nipple."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.testing.shapes import Array
from breastdce.testing.trial.body import SIDES, Body, nipple
from breastdce.testing.trial.canvas import Canvas, Matter, Paint
from breastdce.testing.trial.description import Lesion, Scanner, Woman
from breastdce.testing.trial.draw import equivalent_radius_mm
from breastdce.testing.trial.frame import Frame, cover

_REACH = 4  # voxels around a path that are looked at
_FORKS, _TURN = 0.5, 0.2


def paint_vessels(
    canvas: Canvas,
    frame: Frame,
    body: Body,
    woman: Woman,
    lesion: Lesion,
    scanner: Scanner,
    rng: np.random.Generator,
) -> None:
    """Lay the vessels of both breasts, those that feed the tumor, and the mammary ones."""
    paths: list[tuple[FloatArray, float]] = []
    for sign in SIDES:
        for _ in range(woman.vessels):
            paths += _tree(woman, sign, rng)
        beside = np.array([[sign * 24, woman.wall_mm - 4, z] for z in np.arange(-150, 150, 0.8)])
        paths.append((beside, 1.8))
    for _ in range(int(rng.integers(0, 3))):
        paths.append(_feeder(woman, lesion, rng))
    distance = _distance(frame, paths)
    share = np.minimum(cover(distance), cover(body.skin + np.float32(1.0)))
    rise = rng.uniform(1.6, 4.0)
    fade = rng.uniform(0.7, 1.0)
    canvas.lay(Matter.VESSEL, share, Paint(scanner.blood, rise, fade * rise), frame)


def _tree(woman: Woman, sign: float, rng: np.random.Generator) -> list[tuple[FloatArray, float]]:
    x, y, z = nipple(woman, sign)
    angle, deep = rng.uniform(0, 2 * np.pi), rng.uniform(0.02, 0.6)
    room = (1 - deep**woman.power) ** (1 / woman.power)
    hug = rng.uniform(0.55, 0.97)
    start = [
        x + hug * room * woman.width_mm / 2 * np.cos(angle),
        deep * y,
        z + hug * room * woman.height_mm / 2 * np.sin(angle),
    ]
    end = np.array([x, rng.uniform(0.5, 1.0) * y, z]) + rng.normal(0, 12, 3)
    radius = woman.vessel_mm * float(np.exp(0.25 * rng.standard_normal()))
    stem = _walk(np.array(start), end, rng)
    found = [(stem, radius)]
    if rng.random() < _FORKS and len(stem) > 20:
        at = stem[int(rng.integers(5, len(stem) - 5))]
        found.append((_walk(at, at + rng.normal(0, 22, 3), rng), 0.75 * radius))
    return found


def _feeder(woman: Woman, lesion: Lesion, rng: np.random.Generator) -> tuple[FloatArray, float]:
    center = np.array(lesion.center_mm)
    out = rng.standard_normal(3)
    out *= (equivalent_radius_mm(lesion.volume_ml) + rng.uniform(20, 50)) / np.linalg.norm(out)
    return _walk(center + out, center, rng), woman.vessel_mm


def _walk(start: FloatArray, end: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return points 0.8 mm apart on a winding way from one point toward another."""
    at, way = start.copy(), end - start
    steps = max(3, int(np.linalg.norm(way) / 0.8))
    drift = np.zeros(3)
    points = [at.copy()]
    for bend in rng.normal(0, _TURN, (min(steps, 220), 3)):
        drift = 0.93 * drift + bend
        way = end - at
        pull = way / max(float(np.linalg.norm(way)), 1.0)
        step = pull + drift
        at = at + 0.8 * step / max(float(np.linalg.norm(step)), 1e-6)
        points.append(at.copy())
    return np.array(points)


def _distance(frame: Frame, paths: list[tuple[FloatArray, float]]) -> Array:
    """Signed distance to tubes around points, exact near them, far elsewhere."""
    far = np.full(frame.shape, 10.0, np.float32)
    flat = far.reshape(-1)
    near = np.arange(-_REACH, _REACH + 1)
    cube = np.stack(np.meshgrid(near, near, near, indexing="ij"), -1).reshape(-1, 3)
    size = np.array(frame.shape)
    for points, radius in paths:
        reach = cube[np.abs(cube).max(axis=1) <= np.ceil(radius + 1)]
        index = (points - frame.grid.origin_mm) @ frame.grid.direction
        thin = radius * np.linspace(1.0, 0.6, len(points))
        voxel = (np.rint(index)[:, None, :] + reach).astype(np.intp)
        gap = np.linalg.norm(voxel - index[:, None, :], axis=2) - thin[:, None]
        inside = ((voxel >= 0) & (voxel < size)).all(axis=2)
        if inside.any():
            where = np.ravel_multi_index(tuple(voxel[inside].T), frame.shape)
            np.minimum.at(flat, where, gap[inside].astype(np.float32))
    return far
