"""Lines, their axis, and the value that is marked."""

from __future__ import annotations

import re

import pytest

from breastdce.report.line_chart import SMALL, Axis, Line, line_chart


def drawn(places: tuple[float, ...], marked: float, *values: tuple[float, ...]) -> str:
    lines = [Line("all", each) for each in values]
    return line_chart(Axis("x", places, marked, "mark"), lines, y_title="y", alt="alt", size=SMALL)


def spots(chart: str) -> list[list[tuple[float, float]]]:
    paths = re.findall(r'class="line all" d="M([^"]+)"', chart)
    pairs = [[spot.split() for spot in path.split("L")] for path in paths]
    return [[(float(x), float(y)) for x, y in line] for line in pairs]


def test_lines_run_from_left_to_right_and_larger_is_higher():
    (line,) = spots(drawn((40.0, 70.0, 200.0), 70.0, (9.0, 5.0, 0.0)))
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert [y for _, y in line] == sorted(y for _, y in line)
    assert line[-1][1] == SMALL.height - 50  # zero is the axis


def test_the_mark_stands_at_its_place():
    chart = drawn((0.0, 1.0, 2.0), 1.0, (1.0, 1.0, 1.0))
    (line,) = spots(chart)
    assert f'class="used" d="M{line[1][0]:.1f}' in chart


@pytest.mark.parametrize(("marked", "side"), [(0.0, "start"), (5.0, "middle"), (10.0, "end")])
def test_the_label_of_the_mark_stays_inside(marked: float, side: str):
    chart = drawn(tuple(map(float, range(11))), marked, (1.0,) * 11)
    assert re.search(rf'class="{side}" x="[0-9.]+" y="20">mark<', chart)


def test_whole_places_have_whole_ticks():
    ticks = re.findall(r'y="200">([^<]+)<', drawn(tuple(map(float, range(13))), 4.0, (1.0,) * 13))
    assert ticks == ["0", "5", "10"]


def test_an_empty_volume_is_a_line_on_the_axis():
    (line,) = spots(drawn((0.0, 1.0), 0.0, (0.0, 0.0)))
    assert {y for _, y in line} == {SMALL.height - 50}
