"""Compile every kernel of the panels; see `breastdce.run.compile_kernels`."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import load_panel, shipped_panels

_SHAPE = (12, 11, 10)


def main() -> None:
    """Describe a small region with each panel that ships with the package."""
    grid = Grid(_SHAPE, (1.0, 1.5, 2.5), np.eye(3), (0.0, 0.0, 0.0))
    levels = np.random.default_rng(0).integers(1, 7, _SHAPE).astype(np.float32)
    inside = np.zeros(_SHAPE, np.bool_, order="F")
    inside[2:10, 2:9, 2:8] = True
    image, mask = Volume(np.asfortranarray(levels), grid), Mask(inside, grid)
    for name in shipped_panels():
        extract_features(image, mask, load_panel(name))
