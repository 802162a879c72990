"""Lesions and grids to turn, shift and edit."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid


def grid(shape=(20, 24, 28), spacing=(1.0, 1.0, 1.0), *, tilt=0.2, axes=(2, 0, 1)) -> Grid:
    """A grid with axes in any order, tilted against the world so that no header is plain."""
    turn = np.array(
        [[np.cos(tilt), -np.sin(tilt), 0.0], [np.sin(tilt), np.cos(tilt), 0.0], [0.0, 0.0, 1.0]]
    )
    return Grid(shape, spacing, turn @ np.eye(3)[:, axes], (-57.25, 31.5, 12.0))


def lesion(shape=(20, 24, 28)) -> np.ndarray:
    """Two touching boxes off the center: no turn maps the lesion onto itself."""
    mask = np.zeros(shape, dtype=bool)
    mask[2:9, 3:8, 4:8] = True
    mask[2:5, 8:12, 4:11] = True
    return mask


def eroded(mask: np.ndarray) -> np.ndarray:
    """An edit that takes away half of the voxels: those of the higher index."""
    inside = np.argwhere(mask)
    kept = mask.copy()
    kept[tuple(inside[len(inside) // 2 :].T)] = False
    return kept


def grown(mask: np.ndarray) -> np.ndarray:
    """An edit that adds up to half as many voxels, beside the lesion along k."""
    inside = np.argwhere(mask)
    more = mask.copy()
    more[tuple(np.add(inside, (0, 0, 3))[::2].T)] = True
    return more
