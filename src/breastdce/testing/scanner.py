"""What a scanner does to the signal: smooth shading by the coil, then Rician noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.testing.shapes import Array, centers


def coil_shading(grid: Grid, uniform: NDArray[np.bool_], cv: float) -> Array:
    """Sensitivity of a breast coil: bright toward coil and side, falling to the chest.

    Parameters
    ----------
    grid
        Where to sample.
    uniform
        Voxels of uniform tissue, bool [i, j, k]; the field has mean 1 there.
    cv
        SD of the logarithm of the field over `uniform`.

    Returns
    -------
    numpy.ndarray
        Factor, float32 [i, j, k], smooth over more than 5 cm.
    """
    x, y, z = (position / np.float32(100) for position in centers(grid))
    log_field = 0.9 * y - 0.35 * y * y + 0.55 * np.abs(x) ** 2 + 0.2 * x - 0.45 * z - 0.6 * z * z
    spread = float(log_field[uniform].std(dtype=np.float64)) if uniform.any() else 0.0
    log_field = log_field * np.float32(cv / spread if spread else 0.0)
    field = np.exp(log_field, dtype=np.float32)
    level = float(field[uniform].mean(dtype=np.float64)) if uniform.any() else 1.0
    return np.asarray(field / np.float32(level), np.float32)


def acquire(signal: Array, shading: Array, noise_sd: float, rng: np.random.Generator) -> Array:
    """Magnitude image of a shaded `signal` with Rician noise, float32 [i, j, k]."""
    real = signal * shading + rng.normal(0.0, noise_sd, signal.shape)
    imaginary = rng.normal(0.0, noise_sd, signal.shape)
    return np.hypot(real, imaginary).astype(np.float32)
