"""Small histograms and boxes: few elements, right places."""

from __future__ import annotations

import re

import numpy as np
import pytest

from breastdce.report.spread_chart import Box, box_chart, spread_row
from breastdce.report.statistics.spread import spread


def row(values: np.ndarray) -> str:
    return str(spread_row(spread(values), values, alt="alt"))


def test_a_thousand_values_are_as_light_as_fifty():
    values = np.random.Generator(np.random.Philox(1)).normal(size=1000)
    assert len(row(values)) < 1.2 * len(row(values[:50]))
    assert len(row(values)) < 1500


def test_the_median_stands_where_it_is():
    chart = row(np.arange(101.0))
    assert 'class="mid" d="M110.0 ' in chart  # the middle of 4 to 216


def test_few_values_are_strokes():
    assert row(np.array([1.0, 2.0, 4.0])).count("v-") == 3


def test_a_far_value_does_not_squeeze_the_others():
    values = np.append(np.arange(100.0), 1e6)
    found = re.search(r'class="box" x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)"', row(values))
    assert found is not None
    assert float(found[2]) > 20  # of 212


def test_equal_values_can_be_drawn():
    assert "nan" not in row(np.full(50, 3.0))


def test_boxes_stand_side_by_side_with_their_counts():
    groups = [Box("one", np.arange(5.0)), Box("a scanner of a long name", np.arange(10.0))]
    chart = str(box_chart([*groups, *groups, *groups], y_title="FTV", alt="alt"))
    assert chart.count('class="box"') == 6
    assert "n = 10" in chart
    assert "a scanner o…" in chart


@pytest.mark.parametrize("values", [[3.0] * 6, [1.0, 10.0, 100.0, 1000.0, 1e4, 1e5]])
def test_boxes_of_equal_and_of_wide_values(values):
    chart = str(box_chart([Box("a", np.array(values))], y_title="y", alt="alt"))
    assert "nan" not in chart
