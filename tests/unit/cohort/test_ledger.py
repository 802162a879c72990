"""Every patient is in one place, counts add up, and the order of rules decides codes only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.cohort.definition import shipped, shipped_text
from breastdce.cohort.ledger import apply_rules
from breastdce.cohort.patient import Exam, Patient
from breastdce.cohort.rule_book import RuleBook, parse_rules
from breastdce.core.codes import CohortCode
from breastdce.core.errors import RecipeError

TEXT = """
schema = 1
name = "made"
title = "Made"
[[rule]]
code = "NOT_PUBLIC"
label = "Images"
kind = "listed"
where = "images"
[[rule]]
code = "NO_BASELINE"
label = "Baseline"
kind = "visit"
[[rule]]
code = "TOO_FEW_PHASES"
label = "Phases"
kind = "phases"
least = 3
reference = 5
[[rule]]
code = "FIELD_STRENGTH"
label = "Field"
kind = "field_strength"
least_tesla = 1.5
unknown = "keep"
[[rule]]
code = "NO_RECEPTORS"
label = "Receptors"
kind = "clinical"
present = ["hr"]
[[rule]]
code = "NOT_LISTED"
label = "List"
kind = "listed"
where = "list.csv"
[[exception]]
code = "NO_RECEPTORS"
patients = ["P1", "P2"]
reason = "The paper has them."
"""
BOOK = parse_rules(TEXT, "made")
PLAIN = replace(BOOK, exceptions=())
LISTS = {("list.csv", "patient_id"): frozenset(f"P{n}" for n in range(0, 30, 2))}

EXAMS = st.builds(
    Exam,
    visit=st.sampled_from(["T0", "T1", None]),
    reason_code=st.sampled_from(["OK", "NO_DCE", "TOO_FEW_PHASES"]),
    n_phases=st.one_of(st.none(), st.integers(1, 4)),
    field_strength_t=st.sampled_from([None, 1.0, 1.5]),
)
CLINICAL = st.one_of(st.none(), st.fixed_dictionaries({"hr": st.sampled_from([None, "0", "1"])}))
PATIENTS = st.lists(
    st.builds(
        Patient,
        patient_id=st.integers(0, 29).map(lambda n: f"P{n}"),
        exams=st.lists(EXAMS, max_size=3).map(tuple),
        clinical=CLINICAL,
    ),
    max_size=15,
    unique_by=lambda patient: patient.patient_id,
)


@given(patients=PATIENTS)
def test_every_patient_is_in_exactly_one_place_and_counts_add_up(patients):
    ledger = apply_rules(patients, BOOK, LISTS)
    inside = [patient.patient_id for patient in ledger.included]
    outside = [entry.patient_id for entry in ledger.exclusions]
    assert sorted(inside + outside) == sorted(patient.patient_id for patient in patients)
    left = ledger.start
    for number, step in enumerate(ledger.steps, 1):
        left -= step.excluded
        assert step.remaining == left
        assert step.excluded == sum(entry.rule == number for entry in ledger.exclusions)
    assert left == len(inside)


@given(patients=PATIENTS, order=st.permutations(range(len(PLAIN.rules))))
def test_the_order_of_rules_decides_the_code_and_not_who_is_in(patients, order):
    turned = replace(PLAIN, rules=tuple(PLAIN.rules[place] for place in order))
    first, second = (apply_rules(patients, book, LISTS) for book in (PLAIN, turned))
    assert first.included == second.included


@given(patients=PATIENTS, order=st.permutations(range(15)))
def test_the_order_of_patients_changes_nothing(patients, order):
    turned = [patients[place] for place in order if place < len(patients)]
    assert apply_rules(patients, BOOK, LISTS) == apply_rules(turned, BOOK, LISTS)


@given(patients=PATIENTS)
def test_an_exception_adds_nobody_but_those_it_names(patients):
    with_them = {p.patient_id for p in apply_rules(patients, BOOK, LISTS).included}
    without = {p.patient_id for p in apply_rules(patients, PLAIN, LISTS).included}
    assert without <= with_them
    assert with_them - without <= {"P1", "P2"}


def _patient(name: str, hr: str | None) -> Patient:
    exam = Exam(visit="T0", reason_code="OK", n_phases=3)
    return Patient(patient_id=name, exams=(exam,), clinical={"hr": hr})


def test_the_code_is_that_of_the_first_rule_that_applies():
    nobody = Patient(patient_id="P9")
    (entry,) = apply_rules([nobody], BOOK, LISTS).exclusions
    assert (entry.code, entry.rule) == (CohortCode.NOT_PUBLIC, 1)


def test_exceptions_are_kept_with_their_reason_and_unneeded_ones_are_told():
    ledger = apply_rules([_patient("P2", None), _patient("P4", None)], BOOK, LISTS)
    assert [patient.patient_id for patient in ledger.included] == ["P2"]
    (kept,) = ledger.kept
    assert (kept.patient_id, kept.evidence, kept.reason) == (
        "P2",
        "missing: hr",
        "The paper has them.",
    )
    assert ledger.steps[4].kept == 1
    assert ledger.unneeded == (("P1", CohortCode.NO_RECEPTORS),)


def test_an_exception_whom_another_rule_excludes_was_not_kept():
    ledger = apply_rules([_patient("P1", None)], BOOK, LISTS)  # P1 is not in the list
    assert ledger.kept == ()
    assert [entry.code for entry in ledger.exclusions] == [CohortCode.NOT_LISTED]
    assert ("P1", CohortCode.NO_RECEPTORS) in ledger.unneeded


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('kind = "visit"', 'kind = "visit"\nleast = 3', "least"),
        ("least = 3", "least = 0", "in least"),
        ("least = 3", "leest = 3", "leest"),
        ('code = "NO_BASELINE"', 'code = "NO_BASE"', "in code"),
        ('code = "NO_BASELINE"', 'code = "NOT_PUBLIC"', "same code"),
        ('label = "Baseline"', "", "label"),
        ('code = "NO_RECEPTORS"\npatients', 'code = "NO_DCE"\npatients', "NO_DCE"),
        ('title = "Made"', 'title = "Made"\nvisits = "T0"', "visits"),
    ],
)
def test_wrong_rules_are_one_error_with_the_place(old, new, why):
    with pytest.raises(RecipeError, match="DEFINITION_INVALID") as caught:
        parse_rules(TEXT.replace(old, new), "mine.toml")
    assert why in str(caught.value.evidence)
    assert "mine.toml" in str(caught.value.evidence["file"])


def test_an_unknown_kind_is_answered_with_the_nearest():
    with pytest.raises(RecipeError, match="visit"):
        parse_rules(TEXT.replace('kind = "visit"', 'kind = "visits"'), "mine.toml")


@pytest.mark.parametrize("name", shipped("rules"))
def test_shipped_rules_are_whole(name):
    book: RuleBook = parse_rules(shipped_text("rules", name), name)
    assert book.name == name
    assert all(not rule.needs().lists for rule in book.rules)
