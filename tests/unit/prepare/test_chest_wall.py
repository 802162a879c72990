"""The arch is found in images of nothing but fat, muscle and lung."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.imaging.anatomical import Coarse
from breastdce.prepare.body_surface import body_surface
from breastdce.prepare.chest_wall import ChestWall, ChestWallParams, find_chest_wall


@pytest.mark.parametrize("width_mm", [108.0, 122.0])
@pytest.mark.parametrize("fat", [40.0, 500.0])
def test_widths_between_those_tried_are_found(width_mm: float, fat: float):
    true = ChestWall(-30.0, 20.0, 0.0, width_mm, 0.0, 0.0)
    rng = np.random.default_rng(0)
    x, y, z = (
        np.asarray(first + step * np.arange(count), np.float64)
        for first, step, count in ((-9.0, 3.5, 40), (-110.0, 3.0, 60), (0.0, 3.0, 8))
    )
    place = y[None, :, None]
    lung = place < true.at(x, z, -20.0)[:, None, :]
    muscle = place < true.at(x, z)[:, None, :]
    signal = np.where(lung, 15.0, np.where(muscle, 150.0, np.where(place < 40, fat, 0.0)))
    noisy = np.hypot(signal + rng.normal(0, 5, signal.shape), rng.normal(0, 5, signal.shape))
    surface = body_surface(Coarse(noisy.astype(np.float32), (3.5, 3.0, 3.0), (-9.0, -110.0, 0.0)))
    found = find_chest_wall(surface, 0.0, 0.0, ChestWallParams())
    assert found.lung_seen
    assert abs(found.front_mm - true.front_mm) < 2  # mm; a block has 3
    assert abs(found.half_width_mm - width_mm) < 5  # mm; the widths tried lie 15 apart
