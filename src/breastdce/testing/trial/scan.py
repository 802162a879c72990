"""What the scanner does: tissue moves between phases, the coil shades, slices average, noise."""

from __future__ import annotations

import numpy as np

from breastdce.testing.motion import Displacement, rigid_move, shear_wave
from breastdce.testing.shapes import Array
from breastdce.testing.trial.description import Scanner
from breastdce.testing.trial.frame import Frame, field, stretch

_EVERY_MM = 6  # displacement is computed this often and interpolated
_ACROSS = 2  # array axis of the slices, sagittal and axial


Moves = tuple[Displacement, ...]
"""Displacements that add up; none: tissue at rest."""


def draw_moves(frame: Frame, scanner: Scanner, rng: np.random.Generator) -> tuple[Moves, Moves]:
    """Draw how tissue moves until the early and until the late phase."""
    early, late = (_move(frame, largest, rng) for largest in scanner.motion_mm)
    return early, late


def scan(
    signal: Array,
    frame: Frame,
    scanner: Scanner,
    moves: tuple[Moves, Moves],
    rng: np.random.Generator,
) -> Array:
    """Take the three phases of a noise-free exam; float32 (3, i, j, k)."""
    sensitivity = coil(frame, scanner.shading, rng)
    correction = sensitivity ** np.float32(-scanner.corrected)
    level = scanner.noise * (1.0 if scanner.fat_suppressed else 0.5 * scanner.gland)
    images = np.empty_like(signal)
    drift = scanner.gain * np.exp(np.float32(scanner.drift) * field(frame, rng, (40, 40, 40)))
    for phase, (image, move) in enumerate(zip(signal, ((), *moves), strict=True)):
        seen = shifted(image, frame, move) * sensitivity
        taken = _slices(seen, scanner.slice_mm, scanner.blur_mm, level, rng)
        images[phase] = taken * (correction * drift if phase else correction)
    return images


def coil(frame: Frame, spread: float, rng: np.random.Generator) -> Array:
    """Sensitivity of the coil: a smooth field over 6 cm, brighter in front; mean log 0."""
    log_field = field(frame, rng, (60, 60, 60))
    log_field += np.float32(rng.uniform(0.3, 2.0)) * (frame.y - frame.y.mean()) / np.float32(40)
    log_field -= log_field.mean()
    log_field *= np.float32(spread / max(float(log_field.std()), 1e-6))
    return np.exp(log_field, out=log_field)


def _move(frame: Frame, largest: float, rng: np.random.Generator) -> Moves:
    """A shift, a turn and a shear of tissue, up to about `largest` mm together."""
    if largest == 0:
        return ()
    way = rng.standard_normal(3)
    x, y, z = 0.5 * largest * way / np.linalg.norm(way)
    turn = rng.uniform(-0.25, 0.25, 3) * largest
    center = (float(frame.x.mean()), float(frame.y.mean()), float(frame.z.mean()))
    along, across = rng.permutation(3)[:2]
    return (
        rigid_move((x, y, z), (turn[0], turn[1], turn[2]), center),
        shear_wave(0.3 * largest, int(along), int(across), rng.uniform(70, 160)),
    )


def shifted(image: Array, frame: Frame, moves: Moves, order: int = 2) -> Array:
    """Image of tissue that moved: splines of an order at positions displaced by all `moves`."""
    from scipy import ndimage

    if not moves:
        return image

    coarse = [np.arange(0, n + _EVERY_MM, _EVERY_MM, dtype=np.float64) for n in frame.shape]
    index = np.stack(np.meshgrid(*coarse, indexing="ij"), -1)
    at = index @ frame.grid.direction.T + frame.grid.origin_mm
    total = np.sum([move(at) for move in moves], axis=0) @ frame.grid.direction
    where = np.empty((3, *image.shape), np.float32)
    for axis in range(3):
        part = total[..., axis].astype(np.float32)
        for along, size in enumerate(image.shape):
            part = stretch(part, along, size, 1 / _EVERY_MM)
        line = np.arange(image.shape[axis], dtype=np.float32)
        where[axis] = line.reshape([-1 if a == axis else 1 for a in range(3)]) - part
    moved: Array = ndimage.map_coordinates(
        image, where, order=order, mode="nearest", output=np.float32
    )
    return np.maximum(moved, 0, out=moved)


def _slices(
    image: Array, slice_mm: float, blur_mm: float, noise: float, rng: np.random.Generator
) -> Array:
    """Average over slices, add noise to each, and resample them to 1 mm."""
    from scipy import ndimage

    sharp = ndimage.gaussian_filter(image, (blur_mm, blur_mm, 0), truncate=3.0)
    size = image.shape[_ACROSS]
    total = np.concatenate([np.zeros((*sharp.shape[:2], 1), np.float32), sharp], axis=2)
    np.cumsum(total, axis=2, out=total)
    count = int(size / slice_mm)  # whole slices; the last one holds to the edge
    stack = np.diff(stretch(total, _ACROSS, count + 1, slice_mm), axis=2)
    stack /= np.float32(slice_mm)
    return _resampled(_noisy(stack, noise, rng), slice_mm, size)


def _noisy(stack: Array, noise: float, rng: np.random.Generator) -> Array:
    """Rician magnitude; the noise is as smooth as the interpolation in the plane makes it."""
    from scipy import ndimage

    total = None
    for channel in (stack, np.float32(0)):
        draw = rng.standard_normal(stack.shape, dtype=np.float32)
        draw = ndimage.gaussian_filter(draw, (0.45, 0.45, 0), truncate=3.0)
        draw *= np.float32(noise / max(float(draw.std()), 1e-9))
        draw += channel
        total = draw**2 if total is None else total + draw**2
    return np.sqrt(np.asarray(total, np.float32))


def _resampled(stack: Array, slice_mm: float, size: int) -> Array:
    """Linear interpolation from slice centers to voxels of 1 mm."""
    return stretch(stack, _ACROSS, size, 1 / slice_mm, 0.5 / slice_mm - 0.5)
