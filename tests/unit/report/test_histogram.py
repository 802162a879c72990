"""Histograms: shares of body voxels, whole numbers without a comb."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.report.histogram import body_histograms, histogram_chart

GRID = Grid((20, 20, 20), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def _volume(values) -> Volume:
    return Volume(np.asarray(values, np.float32).reshape(GRID.shape), GRID)


@pytest.fixture
def uniform() -> list[Volume]:
    """Whole numbers from 100 to 499, each equally often; air in a fifth of the voxels."""
    body = np.resize(np.arange(100, 500), 6400)
    return [_volume(np.concatenate([np.zeros(1600), body]))] * 3


def test_equal_numbers_give_equal_shares(uniform):
    centers, shares = body_histograms(uniform)
    inner = np.array(shares[0])[1:-1]
    np.testing.assert_allclose(inner, inner[0])  # bins of equally many whole numbers
    assert 30 <= len(centers) <= 65
    assert sum(shares[0]) == pytest.approx(100, abs=1.1)  # the ends beyond percentiles are out


def test_air_is_left_out(uniform):
    assert min(body_histograms(uniform)[0]) > 90


def test_fractions_get_equal_bins():
    values = np.random.Generator(np.random.Philox(3)).normal(5, 1, 8000)
    centers, shares = body_histograms([_volume(values)] * 3)
    steps = np.diff(centers)
    assert len(centers) == 64
    np.testing.assert_allclose(steps, steps[0])
    assert centers[int(np.argmax(shares[1]))] == pytest.approx(5, abs=0.5)


def test_an_image_of_one_value_has_a_chart():
    flat = [_volume(np.full(GRID.shape, 7.0))] * 3
    assert "<svg" in histogram_chart(flat, x_title="Raw signal")


def test_the_words_name_the_most_frequent_value(uniform):
    assert "pre-contrast" in histogram_chart(uniform, x_title="Raw signal")
