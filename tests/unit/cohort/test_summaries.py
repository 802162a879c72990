"""Tables 1 and 2 count what they say, beside the source's figures, which they never bend to."""

from __future__ import annotations

import pytest

from breastdce.cohort.characteristics import characteristics, parse_characteristics
from breastdce.cohort.definition import shipped, shipped_text
from breastdce.cohort.patient import Exam, Patient
from breastdce.cohort.scanners import parse_scanners, scanners
from breastdce.cohort.summary import full_header, full_line
from breastdce.core.errors import InputError, RecipeError

TEXT = """
schema = 1
name = "made"
title = "Made"
source = "A paper"
group = "event"
[[column]]
value = "0"
label = "Without"
[[column]]
value = "1"
label = "With"
[[row]]
kind = "count"
label = "Patients"
percent_of = "all"
reference = [3, 1]
[[row]]
kind = "number"
label = "Age"
column = "age"
reference = { median = [40.1, 50.0] }
[[row]]
kind = "level"
label = "HR"
column = "hr"
among = ["1", "2"]
percent_of = "known"
"""
TABLE = parse_characteristics(TEXT, "made")
KNOWN = ("event", "age", "hr")


def patient(event, age=None, hr=None) -> Patient:
    return Patient(patient_id="A", clinical={"event": event, "age": age, "hr": hr})


PATIENTS = [patient("0", 40.0, "1"), patient("0", 40.1), patient("1", 50.05, "0"), patient(None)]


def lines(table):
    return {(line.label, line.statistic): list(map(str, line.figures)) for line in table.lines}


def test_figures_are_counted_by_group_with_their_own_wholes():
    table = characteristics(TABLE, PATIENTS, KNOWN)
    assert lines(table) == {
        ("Patients", "n"): ["2", "1"],
        ("Patients", "% of all"): ["67", "33"],
        ("Age", "minimum"): ["40.0", "50.1"],
        ("Age", "maximum"): ["40.1", "50.1"],
        ("Age", "median"): ["40.1", "50.1"],
        ("HR", "n"): ["1", "0"],
        ("HR", "% of known"): ["100", "0"],
    }


def test_who_has_no_group_or_value_is_told():
    notes = characteristics(TABLE, PATIENTS, KNOWN).notes
    assert notes == (
        "1 of 4 patients are in no column: no such event.",
        "HR: not known for 1 of 2, 0 of 1.",
    )


def test_differences_are_shown_and_not_bent():
    table = characteristics(TABLE, PATIENTS, KNOWN)
    assert full_header(table)[4:] == (
        "Reference: Without",
        "Reference: With",
        "Difference: Without",
        "Difference: With",
    )
    words, figures = full_line(table, table.lines[0])
    assert words == ("Patients", "n")
    assert list(map(str, figures)) == ["2", "1", "3", "1", "-1", "0"]
    assert table.differences == 2  # a count, and a median of 50.1 where the paper has 50.0


def test_nobody_gives_a_table_without_values_and_no_error():
    table = characteristics(TABLE, [], KNOWN)
    assert lines(table)["Patients", "n"] == ["0", "0"]
    assert lines(table)["Patients", "% of all"] == ["None", "None"]
    assert lines(table)["Age", "median"] == ["None", "None"]


def test_a_column_that_is_not_there_is_one_error():
    with pytest.raises(InputError, match="COLUMN_MISSING") as caught:
        characteristics(TABLE, PATIENTS, ("age", "hr"))
    assert caught.value.evidence["missing"] == "event"


def test_statistics_of_words_are_refused():
    with pytest.raises(RecipeError, match="numbers"):
        characteristics(parse_characteristics(TEXT.replace('"age"', '"hr"'), "m"), PATIENTS, KNOWN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reference = [3, 1]", "reference = [3]"),
        ('kind = "level"', 'kind = "lvl"'),
        ("median = [", "mean = ["),
        ('percent_of = "known"', 'percent_of = "some"'),
        ('label = "HR"', 'label = "HR"\ndecimal = 1'),
        ('label = "With"', 'label = "Without"'),
    ],
)
def test_a_wrong_definition_is_one_error(old, new):
    with pytest.raises(RecipeError, match="DEFINITION_INVALID"):
        parse_characteristics(TEXT.replace(old, new), "made")


def exam(maker, model) -> Exam:
    return Exam(visit="T0", reason_code="OK", manufacturer=maker, manufacturer_model=model)


ISPY1 = parse_scanners(shipped_text("tables", "ispy1_scanners"), "ispy1")


@pytest.mark.parametrize(
    ("maker", "model", "name"),
    [
        ("GE MEDICAL SYSTEMS", "GENESIS_SIGNA", "Genesis Signa"),
        ("GE", "Genesis Signa", "Genesis Signa"),
        ("SIEMENS", "MAGNETOM VISION", "Magnetom Vision"),
        ("Siemens", "Vision", "Magnetom Vision"),
        ("SIEMENS", "MAGNETOM VISION plus", "Vision Plus"),
        ("Siemens", "Vision plus", "Vision Plus"),
        ("Philips Medical Systems", "Gyroscan Intera", "Gyroscan Intera"),
        ("Philips", "Intera", "Intera"),
        ("SIEMENS", "Symphony", "Symphony"),
        ("SIEMENS", "=cmd()|x", "Other"),
        ("SIEMENS", None, "not stated"),
    ],
)
def test_headers_and_published_names_mean_the_same_models(maker, model, name):
    table = scanners(ISPY1, [exam(maker, model)])
    found = [line.statistic for line in table.lines if line.figures[0] and not line.is_head]
    assert found == [name]


def test_makers_stand_over_their_models_with_shares_of_all_exams():
    exams = [exam("GE", "X"), exam("GE", "B"), exam("GE", "B"), exam("Acme", "Y"), exam(None, None)]
    table = scanners(parse_scanners(shipped_text("tables", "scanners"), "s"), exams)
    shown = [(x.label, x.statistic, *map(str, x.figures)) for x in table.lines]
    assert shown == [
        ("GE", "all models", "3", "60.0"),
        ("GE", "B", "2", "40.0"),
        ("GE", "X", "1", "20.0"),
        ("Acme", "all models", "1", "20.0"),
        ("Acme", "Y", "1", "20.0"),
        ("not stated", "", "1", "20.0"),
    ]
    assert full_header(table) == ("Maker", "Model", "n", "%")


def test_the_source_counts_are_summed_by_maker():
    table = scanners(ISPY1, [])
    sums = {x.label: str(x.reference[0]) for x in table.lines if x.is_head}
    assert sums == {"GE": "111", "Philips": "12", "Siemens": "40"}
    assert {str(x.figures[1]) for x in table.lines} == {"None"}


@pytest.mark.parametrize("name", shipped("tables"))
def test_shipped_tables_are_whole(name):
    parse = parse_characteristics if "characteristics" in name else parse_scanners
    assert parse(shipped_text("tables", name), name).name == name
