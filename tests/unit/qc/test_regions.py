"""Body, air and enhancement of boxes."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.volume import Volume
from breastdce.qc.regions import outside, relative_enhancement
from tests.unit.qc.boxes import GRID, LEFT, RIGHT, SHAPE, TRUNK, noisy, phases


def test_body_is_tissue_and_air_is_clear_of_it():
    pre = Volume(np.asfortranarray(noisy(phases(), 2.0)[0]), GRID)
    told = outside(pre)
    tissue = np.zeros(SHAPE, bool)
    for place in (RIGHT, LEFT, TRUNK):
        tissue[place] = True
    wrong = np.count_nonzero(told.body.data != tissue)
    assert wrong < 0.02 * np.count_nonzero(tissue)  # blocks at the border
    assert not (told.air.data & tissue).any()
    assert not told.air.data[4:44, 16:].any()  # 10 mm before the right breast
    assert told.air.data[4:-4, 2:15].all()
    assert 2.0 < told.level < 50.0


def test_enhancement_is_relative_and_0_in_air():
    pre, early, _ = (Volume(np.asfortranarray(image), GRID) for image in phases())
    found = relative_enhancement(pre, early, 10.0)
    assert found[20, 30, 7] == pytest.approx(0.3)  # gland
    assert found[50, 65, 12] == pytest.approx(3.0)  # heart
    assert found[0, 0, 0] == 0.0
    assert relative_enhancement(pre, early, 155.0).max() == 0.0
