"""The finder's choice, the producer's series beside it, and what the index says of both."""

from __future__ import annotations

import pytest

from breastdce.core.codes import FetchCode
from breastdce.fetch.selection import (
    Choice,
    add_analysis,
    analysis_rules,
    dce_choices,
    look_up,
    restrict,
)
from tests.unit.fetch.made_index import index_row


def chosen(first="1.2.3", others="n/a", **more):
    names = {"patient_id": "MADE_1", "study_uid": "1.2"}
    return names | {"dce_series_uid": first, "phase_series_uids": others} | more


def uids(choices):
    return [choice.series_uid for choice in choices]


@pytest.mark.parametrize(
    ("first", "others", "expected"),
    [
        ("1.2.3", "n/a", ["1.2.3"]),
        ("1.2.3", "1.2.3;1.2.4;1.2.5", ["1.2.3", "1.2.4", "1.2.5"]),
        ("1.2.3", "1.2.4; 1.2.5", ["1.2.3", "1.2.4", "1.2.5"]),
        ("1.2.3", "", ["1.2.3"]),
        ("n/a", "n/a", []),
    ],
)
def test_every_phase_is_wanted_once(first, others, expected):
    assert uids(dce_choices([chosen(first, others)])) == expected


def test_why_tells_the_pre_contrast_series_from_the_later_ones():
    first, later = dce_choices([chosen(others="1.2.4")])
    assert "pre-contrast" in first.why
    assert "later" in later.why


def test_patients_and_visits_narrow_and_nothing_asked_keeps_all():
    choices = [Choice("A", "1", "1.1", "", "T0"), Choice("B", "2", "2.1", "", None)]
    assert restrict(choices, patients=(), visits=()) == choices
    assert uids(restrict(choices, patients=("B",), visits=())) == ["2.1"]
    assert uids(restrict(choices, patients=(), visits=("T0",))) == ["1.1"]
    assert restrict(choices, patients=("B",), visits=("T0",)) == []


@pytest.mark.parametrize(
    ("modality", "description", "taken"),
    [
        ("SEG", None, True),
        ("MR", "dynamic: SER", True),
        ("MR", "dynamic: PE1", True),
        ("MR", "dynamic: PE2 ", True),
        ("MR", "SER", False),
        ("MR", "dynamic: SERIES", False),
        ("MR", None, False),
        ("SR", "report", False),
    ],
)
def test_producers_series_of_the_study_come_along(modality, description, taken):
    rows = [
        index_row("1.2.3"),
        index_row("1.2.9", Modality=modality, SeriesDescription=description),
        index_row("1.9.9", StudyInstanceUID="1.9", Modality="SEG"),  # another study's
    ]
    found = add_analysis(dce_choices([chosen(visit="T0")]), rows, analysis_rules())
    assert uids(found) == ["1.2.3"] + ["1.2.9"] * taken
    assert {choice.visit for choice in found} == {"T0"}


def test_choice_that_the_index_does_not_hold_is_a_failure_of_its_own():
    rows = [index_row("1.2.3"), index_row("1.2.5", StudyInstanceUID="1.7")]
    found = look_up(dce_choices([chosen(others="1.2.4;1.2.5")]), rows, "made")
    assert [selected.series.series_uid for selected in found.series] == ["1.2.3"]
    assert {one.series_uid: one.code for one in found.failures} == {
        "1.2.4": FetchCode.NOT_IN_INDEX,
        "1.2.5": FetchCode.NOT_IN_INDEX,  # the UID is there, in another study
    }


def test_bad_row_and_second_row_are_failures_of_their_own():
    rows = [index_row("1.2.3"), index_row("1.2.3"), index_row("1.2.4", aws_bucket="?")]
    found = look_up(dce_choices([chosen(others="1.2.4")]), rows, "made")
    assert len(found.series) == 1
    assert {one.series_uid: one.code for one in found.failures} == {
        "1.2.3": FetchCode.LISTED_TWICE,
        "1.2.4": FetchCode.INDEX_ROW_BAD,
    }
