"""Counts of enhancement before and after a correction are those of the definition."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.rescaling import rescaling

GRID = Grid((6, 5, 4), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def triple(*images):
    return Triple(*(Volume(np.asfortranarray(image, np.float32), GRID) for image in images))


@pytest.fixture
def images():
    rng = np.random.default_rng(1)
    pre = rng.uniform(0, 100, GRID.shape)
    return pre, pre * rng.uniform(1, 3, GRID.shape), pre * rng.uniform(1.2, 3, GRID.shape)


def test_a_common_factor_changes_nothing(images):
    found = rescaling(triple(*images), triple(*(2 * i for i in images)), tissue_above=30.0)
    assert found.enhancing_before == found.enhancing_after > 0
    assert (found.pe_change_sd, found.ser_change_sd) == (0.0, 0.0)


def test_factors_of_their_own_are_counted_as_defined(images):
    pre, early, late = images
    found = rescaling(
        triple(*images), triple(pre, early * 1.2, late * 1.1), tissue_above=30.0, pe_percent=70.0
    )
    tissue = pre > 30
    before, after = 100 * (early / pre - 1), 100 * (1.2 * early / pre - 1)
    enhancing = tissue & (before > 70)
    ser = (early - pre) / (late - pre)
    ser_after = (1.2 * early - pre) / (1.1 * late - pre)
    assert found.tissue_voxels == tissue.sum()
    assert found.enhancing_before == enhancing.sum()
    assert found.enhancing_after == (tissue & (after > 70)).sum()
    assert found.pe_change_sd == pytest.approx((after - before)[enhancing].std(), rel=1e-4)
    assert found.ser_change_sd == pytest.approx((ser_after - ser)[enhancing].std(), rel=1e-4)


def test_nothing_enhances_where_there_is_no_tissue(images):
    found = rescaling(triple(*images), triple(*images), tissue_above=1e6)
    assert (found.tissue_voxels, found.enhancing_before) == (0, 0)
    assert found.pe_change_sd is None
