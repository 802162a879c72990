"""Names say who is who without saying who it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from breastdce.core.codes import ExamCode
from breastdce.core.exam import is_label
from breastdce.ingest.identity import (
    assign_pseudonyms,
    first_visits,
    name_exams,
    needs_pseudonym,
    person,
    trial_visit,
)
from breastdce.ingest.records import ExamNote
from tests.unit.ingest.made_exam import exam


def note(patient="P-1", study="1.1", date="20010101", removed=True, words=()):
    return ExamNote(
        patient_id=patient,
        study_uid=study,
        study_date=date,
        identity_removed=removed,
        visit_words=words,
        code=ExamCode.NO_DCE,
    )


def names(found, keep_ids=False, pseudonyms=None):
    naming = name_exams(found, keep_ids=keep_ids, pseudonyms=pseudonyms or {})
    return [str(named.exam) for named in naming.named]


def test_removed_identity_keeps_the_id_without_odd_characters():
    assert names([note("UCSF-BR-06")]) == ["sub-UCSFBR06_ses-1"]


def test_unremoved_identity_gets_a_pseudonym_unless_ids_are_kept():
    found = [note("DOE^JANE", removed=False)]
    assert names(found, pseudonyms={"DOE^JANE": "0007"}) == ["sub-0007_ses-1"]
    assert names(found, keep_ids=True) == ["sub-DOEJANE_ses-1"]


def test_one_study_that_names_the_patient_hides_the_id_in_all():
    found = [note(study="1.1"), note(study="1.2", date="20010202", removed=False)]
    assert names(found, pseudonyms={"P-1": "0001"}) == ["sub-0001_ses-1", "sub-0001_ses-2"]


def test_two_patients_with_one_name_are_refused_both():
    naming = name_exams([note("P-1"), note("P1", study="1.9")], keep_ids=True, pseudonyms={})
    assert naming.named == ()
    assert len(naming.collided) == 2


@pytest.mark.parametrize(
    ("words", "visit"),
    [
        (("T1", "MRI_1"), "T0"),
        (("T4", "pre-surgery"), "T3"),
        (("", "baseline"), "T0"),
        (("T2", "MRI_1"), "T0"),
        (("T3", ""), "T2"),
        (("", "", "T1 weighted MRI_2"), None),
        (("", "MRI 3"), "T2"),
        (("T4", "Inter-regimen"), "T2"),
        (("t2", ""), "T1"),
        (("T5", ""), None),
        (("T0", ""), None),
        ((), None),
    ],
)
def test_trial_codes_give_the_visit_and_the_description_wins(words, visit):
    assert trial_visit(words) == visit


def test_visits_without_a_code_are_numbered_by_date():
    found = [note(study="1.9", date="20010101"), note(study="1.1", date="20020101")]
    assert names(found) == ["sub-P1_ses-1", "sub-P1_ses-2"]
    assert names(found[::-1]) == ["sub-P1_ses-1", "sub-P1_ses-2"]


def test_two_studies_that_claim_one_visit_are_numbered():
    words = ("T1", "MRI_1")
    found = [note(study="1.1", words=words), note(study="1.2", date="20010202", words=words)]
    assert names(found) == ["sub-P1_ses-1", "sub-P1_ses-2"]


def test_visit_that_two_studies_claim_goes_to_the_one_that_can_be_loaded(tmp_path):
    words = ("T1", "MRI_1")
    note_first = note(study="1.1", words=words)
    loadable = replace(exam(tmp_path), study_uid="1.2", study_date="20010101", visit_words=words)
    assert names([note_first, loadable]) == ["sub-P1_ses-1", "sub-P1_ses-T0"]


def test_sides_of_one_study_share_its_visit(tmp_path):
    both = [replace(exam(tmp_path), side=side, visit_words=("T1", "")) for side in "RL"]
    assert names(both) == ["sub-P1_ses-T0L", "sub-P1_ses-T0R"]


def test_trial_that_counts_from_zero_says_so_by_a_visit_called_t0():
    found = [note(study=f"1.{n}", words=(f"T{n}", "")) for n in range(4)]
    assert names(found) == [f"sub-P1_ses-T{n}" for n in range(4)]


@pytest.mark.parametrize(
    ("visits", "first"),
    [
        ({"A": ("T0", "T1"), "B": ("T1", "T2", "T3")}, {"A": 0, "B": 0}),
        ({"A": ("T1", "T4"), "B": ("T1", "T2", "T3")}, {"A": 1, "B": 1}),
        ({"A": ("t0",), "B": ("T04",), "C": ("T2",)}, {"A": 0, "B": 1, "C": 1}),
        ({"A": ("T2",), "B": ("MRI_4",), "C": ("baseline",)}, {"A": 1, "B": 1, "C": 1}),
        ({}, {}),
    ],
)
def test_who_missed_the_first_visit_counts_as_the_others_do(visits, first):
    words = {who: [(name, "") for name in names] for who, names in visits.items()}
    assert first_visits(words) == first


def test_a_missed_first_visit_stays_missing():
    one = [note(study=f"1.{n}", words=(f"T{n}", "")) for n in range(2)]
    two = [note("P-2", f"2.{n}", words=(f"T{n}", "")) for n in (1, 2, 3)]
    assert names(one + two) == [
        *("sub-P1_ses-T0", "sub-P1_ses-T1"),
        *("sub-P2_ses-T1", "sub-P2_ses-T2", "sub-P2_ses-T3"),
    ]


def test_studies_of_one_day_are_ordered_by_time():
    late = replace(note(study="1.1"), study_time="120000")
    early = replace(note(study="1.2"), study_time="080000")
    naming = name_exams([late, early], keep_ids=True, pseudonyms={})
    assert [named.found.study_uid for named in naming.named] == ["1.2", "1.1"]


def test_names_that_differ_in_case_alone_collide():
    found = [note("abc"), note("ABC", study="1.9"), note("other", study="1.8")]
    naming = name_exams(found, keep_ids=True, pseudonyms={})
    assert len(naming.collided) == 2
    assert [str(named.exam) for named in naming.named] == ["sub-other_ses-1"]


def test_known_pseudonyms_stay_and_taken_names_are_left_out():
    known = {"b": "0002"}
    assert assign_pseudonyms(["c", "a", "b"], known, taken=["0001"]) == {
        "b": "0002",
        "a": "0003",
        "c": "0004",
    }


@given(st.sets(st.text(min_size=1, max_size=5)), st.sets(st.text(min_size=1, max_size=5)))
def test_pseudonyms_are_labels_and_one_to_one(first, second):
    names = assign_pseudonyms(second, assign_pseudonyms(first, {}))
    assert len(set(names.values())) == len(names) == len(first | second)
    assert all(map(is_label, names.values()))


def test_studies_without_an_id_are_not_taken_for_one_patient():
    found = [note("", study="1.1", date="20010101"), note("^", study="1.2", date="20020101")]
    pseudonyms = assign_pseudonyms(map(person, found), {})
    assert names(found, pseudonyms=pseudonyms) == ["sub-0001_ses-1", "sub-0002_ses-1"]


def test_a_cohorts_rule_names_a_visit_that_no_code_names():
    found = [note(study="1.1"), note(study="1.2", date="20010202")]
    naming = name_exams(found, keep_ids=True, pseudonyms={}, visits={("P-1", "1.1"): "T0"})
    assert [str(named.exam) for named in naming.named] == ["sub-P1_ses-2", "sub-P1_ses-T0"]


def test_an_id_that_is_too_long_for_a_name_gets_a_number():
    long, usual = note("A" * 65), note("A" * 64)
    assert needs_pseudonym(long, keep_ids=True)
    assert not needs_pseudonym(usual, keep_ids=True)
