"""A cell is understood as it was meant, or it is a problem; never something in between."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.cohort.problem import echo
from breastdce.cohort.schema import ColumnRule
from breastdce.cohort.values import number_of, read_value
from breastdce.core.codes import ClinicalCode
from breastdce.core.sheet import CellFault, Percent


def column(kind="number", **more) -> ColumnRule:
    return ColumnRule(header="x", name="x", long_name="X", description="X.", kind=kind, **more)


HR = column("category", levels={"0": "Negative", "1": "Positive", "Pos": "Other"})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (48.8, 48.8),
        (3, 3.0),
        ("48.8", 48.8),
        ("48,8", 48.8),
        (" 48,8\u00a0", 48.8),
        ("-0,5", -0.5),
        ("\u22125", -5.0),
        ("1,2345", 1.2345),
        ("0,123", 0.123),
        ("1234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("1 234,5", 1234.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (Percent(0.56), 0.56),
    ],
)
def test_numbers_are_read_as_people_write_them(cell, value):
    assert number_of(cell) == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,234", ClinicalCode.NUMBER_AMBIGUOUS),
        ("-123,456", ClinicalCode.NUMBER_AMBIGUOUS),
        ("1,23,456", ClinicalCode.NOT_A_NUMBER),
        ("12 years", ClinicalCode.NOT_A_NUMBER),
        ("56 %", ClinicalCode.NOT_A_NUMBER),
        ("1e999", ClinicalCode.NOT_A_NUMBER),
        ("inf", ClinicalCode.NOT_A_NUMBER),
        ("1_0", ClinicalCode.NOT_A_NUMBER),
        ("\u0661", ClinicalCode.NOT_A_NUMBER),
        (math.inf, ClinicalCode.NOT_A_NUMBER),
        (True, ClinicalCode.NOT_A_NUMBER),
    ],
)
def test_what_is_no_plain_number_is_a_problem(cell, code):
    assert number_of(cell) is code


@pytest.mark.parametrize("cell", ["56 %", "56%", "56,0 %", Percent(0.56), 56])
def test_a_column_of_percent_reads_percent(cell):
    assert read_value(column(units="percent"), cell).value == pytest.approx(56, abs=1e-12)


@pytest.mark.parametrize("cell", [None, "", "  ", "NA", "n/a", ".", "-", math.nan, "999"])
def test_missing_is_missing_however_spelled(cell):
    assert read_value(column(missing=("999",)), cell) == (None, None)
    required = column(missing=("999",), required=True)
    assert read_value(required, cell).problem is ClinicalCode.VALUE_REQUIRED


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (1, "1", None),
        (1.0, "1", None),
        ("1.0", "1", None),
        (" 0 ", "0", None),
        (True, "1", None),
        ("POS", "Pos", None),
        (2, None, ClinicalCode.CODE_UNKNOWN),
        ("1.5", None, ClinicalCode.CODE_UNKNOWN),
        ("positive", None, ClinicalCode.CODE_UNKNOWN),
    ],
)
def test_codes_are_matched_and_never_guessed(cell, value, code):
    assert read_value(HR, cell) == (value, code)


def test_a_level_may_be_spelled_like_a_missing_value():
    levels = column("category", levels={"NA": "Not applicable"})
    assert read_value(levels, "na").value == "NA"


@pytest.mark.parametrize(
    ("rule", "cell", "code"),
    [
        (column(least=18, most=110), 17.9, ClinicalCode.OUT_OF_BOUNDS),
        (column(least=18, most=110), 488, ClinicalCode.OUT_OF_BOUNDS),
        (column("integer"), 1.5, ClinicalCode.NOT_WHOLE),
        (column("integer"), "x", ClinicalCode.NOT_A_NUMBER),
        (column("boolean"), "maybe", ClinicalCode.NOT_BOOLEAN),
        (column("text"), "a" * 201, ClinicalCode.TEXT_UNFIT),
        (column("text"), "a\nb", ClinicalCode.TEXT_UNFIT),
        (column("text"), CellFault.DATE, ClinicalCode.CELL_DATE),
        (column(), CellFault.ERROR, ClinicalCode.CELL_ERROR),
        (column(), CellFault.NO_RESULT, ClinicalCode.FORMULA_EMPTY),
        (column(), CellFault.NOT_PLAIN, ClinicalCode.CELL_ERROR),
    ],
)
def test_every_problem_has_its_code_and_no_value(rule, cell, code):
    assert read_value(rule, cell) == (None, code)


@pytest.mark.parametrize(("cell", "value"), [("Yes", True), (0, False), ("N", False), (True, True)])
def test_yes_and_no(cell, value):
    assert read_value(column("boolean"), cell).value is value


def test_whole_numbers_are_whole():
    value = read_value(column("integer"), "12,0").value
    assert value == 12
    assert isinstance(value, int)


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_text_is_the_number(number):
    assert number_of(repr(number)) == number


@given(number=st.integers(-(10**6), 10**6), digits=st.integers(0, 10**6))
def test_a_decimal_comma_is_a_point_unless_it_may_mark_thousands(number, digits):
    text = f"{number},{digits}"
    read = number_of(text)
    if len(str(digits)) == 3 and 1 <= abs(number) <= 999:
        assert read is ClinicalCode.NUMBER_AMBIGUOUS
    else:
        assert read == float(text.replace(",", "."))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(CellFault),
    st.builds(Percent, st.floats(allow_nan=False)),
)
RULES = st.sampled_from(
    [column(), column("integer", least=0, most=9), column("boolean"), column("text"), HR]
)


@given(rule=RULES, cell=CELLS)
def test_any_cell_is_a_value_of_its_kind_or_one_problem(rule, cell):
    reading = read_value(rule, cell)
    assert reading.value is None or reading.problem is None
    kinds = {"integer": int, "number": float, "boolean": bool, "text": str, "category": str}
    assert reading.value is None or type(reading.value) is kinds[rule.kind]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [(0, "0"), ("48,8", "48,8"), ("19610304", None), ("Jane Doe", None), (CellFault.DATE, None)],
)
def test_only_short_numbers_are_repeated(cell, shown):
    assert echo(cell) == shown
