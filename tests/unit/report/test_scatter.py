"""Points stand where their values are, above their names, and say what they are."""

from __future__ import annotations

import re

import pytest

from breastdce.report.scatter import Dot, Level, Strip, scatter_chart, strip_chart


def circles(chart: str) -> list[tuple[float, float, str]]:
    found = re.findall(r'cx="([^"]+)" cy="([^"]+)" r="3.5"><title>([^<]+)<', chart)
    return [(float(x), float(y), label) for x, y, label in found]


def scatter(*dots: Dot, levels: tuple[Level, ...] = ()) -> str:
    return scatter_chart(dots, levels, x_title="x", y_title="y", alt="alt")


def test_points_and_lines_share_one_scale():
    chart = scatter(Dot(0, -1, "a"), Dot(2, 1, "b"), levels=(Level(1.0, "one"),))
    (left, low, first), (right, high, second) = circles(chart)
    assert (first, second) == ("a", "b")
    assert left == 78
    assert left < right
    assert high < low
    assert f'class="used" d="M78 {high:.1f}' in chart


def test_words_that_would_overlap_stand_in_one_row():
    near = (Level(0.0, "zero"), Level(0.01, "above"), Level(1.0, "one"), Level(-0.01, "below"))
    chart = scatter(Dot(0, -1, "a"), Dot(2, 1, "b"), levels=near)
    words = re.findall(r'<text class="end" x="620" y="([^"]+)" dy="-5">([^<]+)</text>', chart)
    dot = " \N{MIDDLE DOT} "
    assert [said for _, said in words] == ["one", dot.join(("above", "zero", "below"))]
    assert chart.count('class="used"') == 4


def test_one_point_at_the_origin_can_be_drawn():
    ((x, y, _),) = circles(scatter(Dot(0, 0, "a")))
    assert x == 78
    assert y == pytest.approx(270)


def test_names_are_escaped():
    assert "<b>" not in scatter(Dot(1, 1, "<b>"))
    assert "<b>" not in strip_chart([Strip("<b>", ((0.5, "<b>"),), 0.5)], y_title="y", alt="<b>")


def test_strips_stand_side_by_side_and_median_lies_at_its_value():
    strips = [
        Strip("one", ((0.0, "a"), (1.0, "b")), 0.5),
        Strip("two", tuple((0.5, f"c{n}") for n in range(50)), 0.5),
    ]
    chart = strip_chart(strips, y_title="y", alt="alt")
    found = circles(chart)
    assert max(x for x, _, label in found if label in "ab") < 349  # the middle of the axis
    assert min(x for x, _, label in found if label not in "ab") > 349
    assert [y for _, y, _ in found[:2]] == [270.0, 16.0]
    assert chart.count('class="median"') == 2
    assert f'{found[2][1]:.1f}h28"' in chart
    assert "two (50)" in chart
