from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi.autocorrelation import FAMILY
from breastdce.radiomics.region import Region


def _compute(values, inside, spacing=(1.0, 1.0, 1.0)):
    i, j, k = inside.shape
    grid = Grid((i, j, k), spacing, np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.asfortranarray(values, dtype=np.float32), grid)
    return FAMILY.compute(Region.of(image, Mask(np.asfortranarray(inside), grid)), NoParams())


def _by_pairs(values, inside, spacing):
    x = np.asarray(values, np.float32)[inside].astype(np.float64)
    z = x - x.mean()
    distance = squareform(pdist(np.argwhere(inside) * spacing))
    np.fill_diagonal(distance, np.inf)
    weights, n = 1 / distance, x.size
    moran = n / weights.sum() * (weights * np.outer(z, z)).sum() / (z * z).sum()
    squares = (weights * np.subtract.outer(x, x) ** 2).sum()
    return moran, (n - 1) / (2 * weights.sum()) * squares / (z * z).sum()


@pytest.mark.parametrize("shape", [(6, 5, 4), (1, 9, 3), (2, 1, 1), (1, 1, 12), (3, 17, 5)])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.5, 0.9, 3.0)])
def test_sums_are_those_over_all_pairs(shape, spacing):
    rng = np.random.default_rng(1)
    inside = rng.random(shape) < 0.7
    inside[0, 0, 0] = inside[-1, -1, -1] = True
    values = rng.normal(1000, 3, shape)  # an offset must not cost precision
    found = _compute(values, inside, spacing)
    moran, geary = _by_pairs(values, inside, spacing)
    assert found["moran_i"] == pytest.approx(moran, rel=1e-5, abs=1e-7)
    assert found["geary_c"] == pytest.approx(geary, rel=1e-5)


def test_parts_far_apart_are_paired_too():
    rng = np.random.default_rng(2)
    inside = np.zeros((40, 30, 20), bool)
    inside[:3, :3, :3] = inside[-4:, -4:, -4:] = True
    values = rng.normal(size=inside.shape)
    found = _compute(values, inside)
    moran, geary = _by_pairs(values, inside, (1.0, 1.0, 1.0))
    assert found["moran_i"] == pytest.approx(moran, rel=1e-5)
    assert found["geary_c"] == pytest.approx(geary, rel=1e-5)


def test_a_gradient_is_alike_and_noise_is_not():
    i = np.arange(12.0).reshape(-1, 1, 1) * np.ones((1, 8, 8))
    inside = np.ones(i.shape, bool)
    gradient = _compute(i, inside)
    noise = _compute(np.random.default_rng(3).normal(size=i.shape), inside)
    assert gradient["moran_i"] > 0.2 > abs(noise["moran_i"]) + 0.1
    assert gradient["geary_c"] < 0.8 < noise["geary_c"]


def test_too_little_is_undefined():
    inside = np.zeros((3, 3, 3), bool)
    values = np.ones((3, 3, 3))
    assert set(_compute(values, inside).values()) == {Undefined.EMPTY_REGION}
    inside[1, 1, 1] = True
    assert set(_compute(values, inside).values()) == {Undefined.TOO_FEW_VOXELS}
    inside[1, 1, 2] = True
    assert set(_compute(values, inside).values()) == {Undefined.FLAT_REGION}
