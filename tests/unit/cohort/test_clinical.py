"""Sheets are read and joined by patient; whatever is wrong in them is listed, not fatal."""

from __future__ import annotations

import pytest

from breastdce.cohort.clinical import compare_patients, read_clinical
from breastdce.cohort.definition import shipped, shipped_text
from breastdce.cohort.schema import parse_schema
from breastdce.core.codes import ClinicalCode
from breastdce.core.errors import InputError, RecipeError
from breastdce.core.sheet import CellFault, RawCell, Sheet, SheetRow

TEXT = """
schema = 1
name = "made"
[patient]
header = "Subject ID"
kind = "integer"
prefix = "P_"
least = 1
most = 99
[[sheet]]
name = "one"
[[sheet.column]]
header = "Age"
name = "age_years"
long_name = "Age"
description = "Age."
kind = "number"
required = true
[[sheet.column]]
header = "Note"
name = "note"
long_name = "Note"
description = "Note."
kind = "text"
[[sheet]]
name = "two"
[[sheet.column]]
header = "HR  Pos "
name = "hr"
long_name = "HR"
description = "HR."
kind = "category"
levels = { "0" = "Negative", "1" = "Positive" }
"""
SCHEMA = parse_schema(TEXT, "made")


def sheet(name: str, *rows: tuple[RawCell, ...]) -> Sheet:
    return Sheet(name, tuple(SheetRow(n, cells) for n, cells in enumerate(rows, 1) if cells))


ONE = sheet(
    "one", ("A title",), (), ("subject id ", "AGE", "Note"), (1, 40.5, "fine"), (2, 50, None)
)
TWO = sheet("two", ("SubjectID", "HRPos"), ("P_2", 1.0), ("1", "0"))


def codes(table):
    return [problem.code for problem in table.problems]


def test_sheets_are_joined_by_patient_below_whatever_stands_above_the_headers():
    table = read_clinical(SCHEMA, [ONE, TWO])
    assert dict(table.rows) == {
        "P_1": {"age_years": 40.5, "note": "fine", "hr": "0"},
        "P_2": {"age_years": 50.0, "note": None, "hr": "1"},
    }
    assert table.problems == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((1, 41, "again"), ClinicalCode.PATIENT_TWICE),
        ((None, 41, "who"), ClinicalCode.KEY_MISSING),
        ((CellFault.ERROR, 41), ClinicalCode.KEY_INVALID),
        ((100, 41), ClinicalCode.KEY_INVALID),
        (("1.5", 41), ClinicalCode.KEY_INVALID),
        (("Jane", 41), ClinicalCode.KEY_INVALID),
        (("Subject ID", "Age", "Note"), ClinicalCode.HEADER_AGAIN),
    ],
)
def test_a_row_that_names_no_new_patient_is_left_out_and_listed(row, code):
    one = sheet("one", ("Subject ID", "Age", "Note"), (1, 40.5, "fine"), (2, 50), row)
    table = read_clinical(SCHEMA, [one, TWO])
    assert codes(table) == [code]
    assert table.problems[0].row == 4
    assert table.rows["P_1"]["age_years"] == 40.5
    assert len(table.rows) == 2


def test_a_wrong_cell_costs_its_own_value_only():
    one = sheet("one", ("Subject ID", "Age", "Note"), (1, "old", "fine"), (2, 50, "x"))
    table = read_clinical(SCHEMA, [one, TWO])
    (problem,) = table.problems
    assert problem == ("one", 2, "age_years", "P_1", ClinicalCode.NOT_A_NUMBER, None)
    assert table.rows["P_1"] == {"age_years": None, "note": "fine", "hr": "0"}


def test_free_text_is_never_repeated():
    one = sheet("one", ("Subject ID", "Age", "Note"), (1, 3, "123\n4"), (2, 50, CellFault.DATE))
    table = read_clinical(SCHEMA, [one, TWO])
    assert codes(table) == [ClinicalCode.TEXT_UNFIT, ClinicalCode.CELL_DATE]
    assert [problem.value for problem in table.problems] == [None, None]


def test_columns_that_are_absent_or_there_twice_are_listed():
    one = sheet("one", ("Subject ID", "Age", "age "), (1, 40.5, 1), (2, 50, 2))
    table = read_clinical(SCHEMA, [one, TWO])
    assert codes(table) == [ClinicalCode.HEADER_TWICE, ClinicalCode.COLUMN_ABSENT]
    assert table.rows["P_1"] == {"age_years": 40.5, "note": None, "hr": "0"}


def test_a_patient_of_one_sheet_only_has_empty_columns():
    table = read_clinical(SCHEMA, [ONE, sheet("two", ("Subject ID", "HR Pos"), (1, 1))])
    assert codes(table) == [ClinicalCode.NOT_IN_SHEET]
    assert table.rows["P_2"]["hr"] is None


def test_a_sheet_of_headers_alone_is_a_problem():
    table = read_clinical(SCHEMA, [ONE, sheet("two", ("Subject ID", "HR Pos"))])
    assert codes(table)[0] is ClinicalCode.SHEET_EMPTY


@pytest.mark.parametrize("rows", [[], [("Name", "Age")]])
def test_without_a_column_of_patients_nothing_can_be_said(rows):
    with pytest.raises(InputError, match="COLUMN_MISSING") as caught:
        read_clinical(SCHEMA, [sheet("one", *rows), TWO])
    assert caught.value.evidence["wanted"] == "Subject ID"


def test_patients_of_either_side_alone_are_listed():
    table = read_clinical(SCHEMA, [ONE, TWO])
    found = [(p.patient_id, p.code) for p in compare_patients(table, frozenset(("P_2", "P_3")))]
    assert found == [("P_3", ClinicalCode.NO_CLINICAL), ("P_1", ClinicalCode.NO_IMAGES)]


@pytest.mark.parametrize("name", shipped("schemas"))
def test_shipped_schemas_are_whole(name):
    schema = parse_schema(shipped_text("schemas", name), name)
    assert schema.name == name
    assert all(column.description.endswith(".") for column in schema.columns())


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('kind = "text"', 'kind = "txt"', "sheet 1, column 2, kind"),
        ("required = true", "requird = true", "requird"),
        ("schema = 1", "schema = 2", "schema is 2"),
        ('name = "note"', 'name = "age_years"', "age_years"),
        ('name = "note"', 'name = "visit"', "visit"),
        ('name = "note"', 'name = "Nóte"', "sheet 1, column 2, name"),
        ('kind = "text"', 'kind = "category"', "levels"),
        ('"0" =', '"n/a" =', "code"),
        ('name = "two"', 'name = "one"', "two sheets"),
        ("[patient]", "[patient", "TOML"),
    ],
)
def test_a_wrong_schema_is_one_error_with_the_place(old, new, why):
    with pytest.raises(RecipeError, match="DEFINITION_INVALID") as caught:
        parse_schema(TEXT.replace(old, new), "mine.toml")
    assert why in str(caught.value.evidence["why"]) or why == "TOML"
    assert caught.value.evidence["file"] == "mine.toml"


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(RecipeError, match="UNKNOWN_ENTRY") as caught:
        shipped_text("schemas", "ispy9")
    assert "ispy1" in str(caught.value.evidence["known"])
