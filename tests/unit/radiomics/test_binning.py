from __future__ import annotations

import numpy as np
import pytest

from breastdce.radiomics.binning import histogram


def test_last_edge_lies_a_hundredth_of_a_bin_above_the_maximum():
    bins = histogram(np.array([0.0, 10.0], np.float32), 10)
    assert bins.upper[-1] == 10.0 + 10.0 / 10 / 100
    assert bins.counts.tolist() == [1, *[0] * 8, 1]


def test_a_bin_includes_its_lower_edge():
    values = np.array([0.0, 1.0, 2.0, 3.0], np.float32)
    bins = histogram(values, 3)
    width = np.float32(bins.upper[-1]) / np.float32(3)
    assert bins.lower[1] == float(width) > 1.0  # stretched by the margin: 1 stays in bin 0
    assert bins.index.tolist() == [0, 0, 1, 2]
    on_edge = np.array([0.0, width, 3.0], np.float32)
    assert histogram(on_edge, 3).index.tolist() == [0, 1, 2]


def test_equal_values_fall_into_the_last_bin():
    bins = histogram(np.full(5, 1.25, np.float32), 8)
    assert bins.counts.tolist() == [0] * 7 + [5]
    assert bins.quantile(0.05) == bins.quantile(0.95) == 1.25


def test_every_value_is_counted_once():
    values = np.random.default_rng(1).normal(size=1000).astype(np.float32)
    bins = histogram(values, 128)
    assert bins.counts.sum() == 1000
    assert np.all(values >= bins.lower[bins.index])
    assert np.all(values < bins.upper[bins.index])


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.95])
def test_quantile_is_linear_within_a_bin(share):
    values = np.repeat(np.arange(4, dtype=np.float32), 25)  # a quarter of all in each of 4 bins
    bins = histogram(values, 4)
    number = int(np.ceil(share * 4)) - 1
    inside = share * 4 - number
    expected = bins.lower[number] + inside * (bins.upper[number] - bins.lower[number])
    assert bins.quantile(share) == pytest.approx(expected, rel=1e-12)  # float64 rounding
