"""Axes and breaks of the charts."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from breastdce.report.chart import Part, Point, nice_ticks, pe_scale, share_bar, time_curve


@pytest.mark.parametrize(
    ("low", "high"), [(0, 113.4), (-12, 3), (0, 0), (0, 1e-3), (-250, -3), (0, 5e6)]
)
def test_ticks_are_even_and_enclose_the_data(low, high):
    ticks = nice_ticks(low, high)
    steps = {round((b - a) / (ticks[1] - ticks[0]), 9) for a, b in pairwise(ticks)}
    assert steps == {1.0}
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 3 <= len(ticks) <= 8


def _draw(times: list[float]) -> str:
    points = [Point(time, 10.0 * n, f"phase {n}") for n, time in enumerate(times)]
    return time_curve(points, x_title="Time (s)", y_title="Enhancement (%)", alt="alt")


def test_a_baseline_long_before_breaks_the_axis():
    assert 'class="break"' in _draw([-1310, 61, 182, 305])
    assert 'class="break"' not in _draw([-230, 177, 531])


def test_points_keep_their_order_from_left_to_right():
    for times in ([-1310.0, 61.0, 182.0, 305.0], [0.0, 1.0, 2.0]):
        xs = [float(x) for x in re.findall(r'circle cx="([^"]+)"', _draw(times))]
        assert xs == sorted(xs)
        assert xs[0] >= 62
        assert xs[-1] <= 620


def test_bars_fill_the_whole_width():
    bar = share_bar([Part("a", "a", 1.0), Part("b", "b", 3.0)], alt="alt")
    assert re.findall(r'<rect x="([^"]+)" width="([^"]+)"', bar) == [
        ("0.00", "160.00"),
        ("160.00", "480.00"),
    ]


def test_the_threshold_is_marked_where_it_is_known():
    assert 'class="mark"' in pe_scale(70.0)
    assert 'class="mark"' not in pe_scale(None)
