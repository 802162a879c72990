from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi.statistics import FAMILY
from breastdce.radiomics.region import Region


def _compute(values):
    values = np.asarray(values, np.float32).reshape(-1, 1, 1)
    grid = Grid(values.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    region = Region.of(Volume(values, grid), Mask(np.ones(values.shape, bool), grid))
    return FAMILY.compute(region, NoParams())


@pytest.mark.parametrize("size", [3, 10, 101, 1000])
def test_statistics_are_those_of_numpy_and_scipy(size):
    x = np.random.default_rng(size).gamma(2, 3, size).astype(np.float32).astype(np.float64)
    p10, p25, p75, p90 = np.percentile(x, [10, 25, 75, 90])
    robust = x[(x >= p10) & (x <= p90)]
    expected = {
        "mean": x.mean(),
        "variance": x.var(),
        "skewness": stats.skew(x),
        "excess_kurtosis": stats.kurtosis(x),
        "median": np.median(x),
        "minimum": x.min(),
        "percentile_10": p10,
        "percentile_90": p90,
        "maximum": x.max(),
        "interquartile_range": p75 - p25,
        "range": np.ptp(x),
        "mean_absolute_deviation": np.abs(x - x.mean()).mean(),
        "robust_mean_absolute_deviation": np.abs(robust - robust.mean()).mean(),
        "median_absolute_deviation": np.abs(x - np.median(x)).mean(),
        "coefficient_of_variation": x.std() / x.mean(),
        "quartile_coefficient_of_dispersion": (p75 - p25) / (p75 + p25),
        "energy": (x**2).sum(),
        "root_mean_square": np.sqrt((x**2).mean()),
    }
    found = _compute(x)
    assert tuple(found) == tuple(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name


def test_two_values_have_none_between_the_percentiles():
    found = _compute([1, 2])
    assert found["robust_mean_absolute_deviation"] is Undefined.TOO_FEW_VOXELS
    assert found["percentile_10"] == pytest.approx(1.1)


def test_equal_values_have_no_shape():
    found = _compute([0.1, 0.1, 0.1])
    missing = {name for name, value in found.items() if isinstance(value, Undefined)}
    assert missing == {"skewness", "excess_kurtosis"}
    assert found["skewness"] is Undefined.FLAT_REGION
    assert found["range"] == 0


def test_a_ratio_to_zero_is_undefined():
    found = _compute([-1, -1, 1, 1])
    assert found["coefficient_of_variation"] is Undefined.ZERO_DENOMINATOR
    assert found["quartile_coefficient_of_dispersion"] is Undefined.ZERO_DENOMINATOR


def test_nothing_has_no_statistics():
    grid = Grid((1, 1, 1), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.ones((1, 1, 1), np.float32), grid)
    found = FAMILY.compute(Region.of(image, Mask(np.zeros((1, 1, 1), bool), grid)), NoParams())
    assert set(found.values()) == {Undefined.EMPTY_REGION}
