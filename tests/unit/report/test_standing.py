"""Where an exam stands: ranks, quartiles, the features that are farthest out."""

from __future__ import annotations

import math

import pytest

from breastdce.report.standing import Column, standing_markup, standings

NAN = math.nan


def test_rank_and_quartiles():
    column = Column("FTV (mL)", "", [4.0, 1.0, 3.0, NAN, 2.0, 5.0])
    line = column.line(0)
    assert line is not None
    assert (line.rank, line.of) == (2, 5)
    assert (line.low, line.q1, line.median, line.q3, line.high) == (1, 2, 3, 4, 5)
    assert column.line(3) is None


def test_equal_values_share_the_better_rank():
    column = Column("x", "", [2.0, 2.0, 1.0])
    lines = [column.line(exam) for exam in range(3)]
    assert [line.rank for line in lines if line is not None] == [1, 1, 3]


def test_distances_are_in_interquartile_ranges():
    column = Column("x", "", [0.0, 1.0, 2.0, 3.0, 14.0])
    assert column.distances().tolist() == [1.0, 0.5, 0.0, 0.5, 6.0]
    assert all(map(math.isnan, Column("x", "", [1.0, 1.0, 1.0]).distances()))


def test_the_farthest_features_come_first_and_are_few():
    features = [Column(f"f{n}", "", [0.0, 1.0, 2.0, 3.0, 4.0 + n]) for n in range(12)]
    last = standings(5, [], features)[4]
    assert [line.name for line in last.features] == [f"f{n}" for n in range(11, 3, -1)]
    assert last.measures == ()


def test_a_feature_without_a_value_is_not_shown():
    features = [Column("f", "", [0.0, 1.0, 2.0, 3.0, NAN])]
    assert standings(5, [], features)[4].features == ()


@pytest.mark.parametrize("exams", [1, 3, 12])
def test_few_exams_are_said_to_be_few(exams):
    column = Column("FTV (mL)", "", [float(n) for n in range(exams)])
    text = str(standing_markup(standings(exams, [column], [])[0]))
    assert ("ranks say little" in text) == (1 < exams < 10)
    assert ("only exam" in text) == (exams == 1) == ("<table" not in text)
    assert "nan" not in text
