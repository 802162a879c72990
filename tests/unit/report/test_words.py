"""Cells may be numbers or the text of a table."""

from __future__ import annotations

import math

import pytest

from breastdce.report.words import decimal, explain, fact, figure, items, number, share, text


@pytest.mark.parametrize("cell", ["n/a", "", None, math.nan, math.inf, "nan", "abc"])
def test_what_has_no_value_is_no_number(cell):
    assert number({"x": cell}, "x") is None


@pytest.mark.parametrize("cell", [1.5, "1.5"])
def test_numbers_are_read_from_values_and_text(cell):
    assert number({"x": cell}, "x") == 1.5


def test_missing_columns_are_not_available():
    assert number({}, "x") is None
    assert text({}, "x") == "n/a"
    assert items({"x": "n/a"}, "x") == []


def test_lists_are_split_at_semicolons():
    assert items({"x": "PRE_GAP; GRID_EDGE"}, "x") == ["PRE_GAP", "GRID_EDGE"]


def test_facts_name_their_unit():
    assert fact("late_delay_s", 531.25) == "late delay: 531.25 s"
    assert fact("ftv_ml", 0.5) == "FTV: 0.5 mL"
    assert fact("min_neighbors", 4) == "min neighbors: 4"
    assert fact("s", 3) == "s: 3"


def test_a_share_of_nothing_has_no_value():
    assert share(1.0, 0.0) == "n/a"
    assert share(1.0, 4.0) == "25.0\u2009%"
    assert decimal(-1234.5, 1) == "\u22121\u2009234.5"


def test_unknown_codes_have_no_words():
    assert explain("NOT_A_CODE") == ("", "")
    assert explain("LOCALIZER")[0].startswith("Too few")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.0123449, "0.01234"),
        (-12.5, "\N{MINUS SIGN}12.5"),
        (12345.6, "12\N{THIN SPACE}346"),
        (1.5e7, "1.5e7"),
        (2e-9, "2e\N{MINUS SIGN}9"),
        (float("nan"), "n/a"),
    ],
)
def test_figures_are_as_short_as_four_digits_go(value, shown):
    assert figure(value) == shown
