"""Regions that a description must survive."""

from __future__ import annotations

import numpy as np


def _ball():
    axes = np.ogrid[-3:4, -3:4, -3:4]
    return sum(axis**2 for axis in axes) <= 9


REGIONS = {
    "empty": np.zeros((4, 4, 4), bool),
    "one voxel": np.pad(np.ones((1, 1, 1), bool), 2),
    "one voxel in the corner": np.eye(1, 64, dtype=bool).reshape(4, 4, 4),
    "two voxels apart": np.isin(np.arange(125).reshape(5, 5, 5), (0, 124)),
    "a line": np.pad(np.ones((1, 1, 7), bool), 1),
    "a plane": np.pad(np.ones((5, 5, 1), bool), 1),
    "a plane across the slices": np.pad(np.ones((1, 5, 5), bool), 1),
    "all of the image": np.ones((5, 4, 3), bool),
    "a ball": _ball(),
}
