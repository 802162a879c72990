"""Each kind of rule excludes what it says, with evidence, and what it cannot know by its policy."""

from __future__ import annotations

import inspect

import msgspec
import pytest

from breastdce.cohort.kinds._contract import Frame
from breastdce.cohort.patient import Exam, Patient
from breastdce.cohort.rule_book import KINDS
from breastdce.cohort.values import Value

FRAME = Frame("T0", {("list.csv", "patient_id"): frozenset(("A",))})
GOOD = Exam(
    visit="T0", reason_code="OK", n_phases=3, field_strength_t=1.5, laterality="L", layout="x"
)
CLINICAL: dict[str, Value] = {"age": 40.0, "hr": "1", "her2": None, "event": True}


def patient(*exams: Exam, **clinical) -> Patient:
    return Patient(patient_id="A", exams=exams, clinical=CLINICAL | clinical)


def but(**changes) -> Exam:
    return msgspec.structs.replace(GOOD, **changes)


def judge(kind: str, who: Patient, **params) -> str | None:
    rule = KINDS.get(kind)
    return rule.judge(who, msgspec.convert(params, rule.params), FRAME)


@pytest.mark.parametrize("name", KINDS.names())
def test_every_kind_explains_itself(name):
    kind = KINDS.get(name)
    assert inspect.getdoc(inspect.getmodule(kind.judge))
    assert inspect.getdoc(kind.judge)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("listed", {"where": "images"}),
        ("listed", {"where": "clinical"}),
        ("listed", {"where": "list.csv"}),
        ("visit", {}),
        ("dce", {}),
        ("phases", {"least": 3}),
        ("field_strength", {"least_tesla": 1.5, "most_tesla": 1.5}),
        ("laterality", {"allowed": ["L"]}),
        ("clinical", {"present": ["age", "hr"], "any_present": ["her2", "hr"]}),
        ("clinical", {"where": [{"column": "age", "least": 18, "most": 40}]}),
        ("clinical", {"where": [{"column": "event", "among": ["true"]}]}),
        ("clinical", {"where": [{"column": "hr", "among": ["0", "1"]}]}),
    ],
)
def test_a_good_patient_passes(kind, params):
    assert judge(kind, patient(GOOD), **params) is None


@pytest.mark.parametrize(
    ("kind", "params", "who", "evidence"),
    [
        ("listed", {"where": "images"}, patient(), "not in images"),
        ("listed", {"where": "clinical"}, Patient(patient_id="A"), "not in clinical"),
        ("listed", {"where": "list.csv", "keep": False}, patient(GOOD), "in list.csv"),
        (
            "visit",
            {},
            patient(but(visit="T2"), but(visit=None)),
            "no exam of visit T0; visits: T2, n/a",
        ),
        ("dce", {}, patient(but(reason_code="NO_DCE")), "exam of visit T0: NO_DCE"),
        ("dce", {}, patient(but(visit="T1")), "no exam of visit T0"),
        ("dce", {}, patient(GOOD, GOOD), "exam of visit T0: AMBIGUOUS"),
        ("phases", {}, patient(but(n_phases=2)), "2 phases"),
        ("phases", {}, patient(but(n_phases=None)), "number of phases not known"),
        (
            "phases",
            {"unknown": "keep"},
            patient(but(n_phases=None, reason_code="TOO_FEW_PHASES")),
            "the scan found too few phases (n/a)",
        ),
        ("field_strength", {"least_tesla": 3.0}, patient(GOOD), "1.5 T"),
        ("field_strength", {}, patient(but(field_strength_t=None)), "field strength not known"),
        ("laterality", {"allowed": ["R"]}, patient(GOOD), "side L"),
        ("laterality", {}, patient(but(laterality=None)), "side not known"),
        ("clinical", {"present": ["her2", "x"]}, patient(GOOD), "missing: her2, x"),
        ("clinical", {"any_present": ["her2", "x"]}, patient(GOOD), "missing: her2, x"),
        ("clinical", {"present": ["age"]}, Patient(patient_id="A"), "not in the clinical table"),
        ("clinical", {"where": [{"column": "age", "least": 41}]}, patient(), "age is below 41"),
        ("clinical", {"where": [{"column": "age", "most": 39}]}, patient(), "age is above 39"),
        ("clinical", {"where": [{"column": "hr", "least": 1}]}, patient(), "hr is not a number"),
        ("clinical", {"where": [{"column": "hr", "among": ["0"]}]}, patient(), "hr is not among 0"),
        ("clinical", {"where": [{"column": "her2", "among": ["0"]}]}, patient(), "missing: her2"),
    ],
)
def test_each_kind_excludes_with_evidence(kind, params, who, evidence):
    assert judge(kind, who, **params) == evidence


@pytest.mark.parametrize(
    ("kind", "params", "who"),
    [
        ("phases", {"unknown": "keep"}, patient(but(n_phases=None))),
        ("field_strength", {"unknown": "keep"}, patient(but(field_strength_t=None))),
        ("laterality", {"unknown": "keep"}, patient(but(laterality=None))),
        ("clinical", {"where": [{"column": "her2", "among": ["0"], "unknown": "keep"}]}, patient()),
        ("dce", {"codes": ["NO_DCE"]}, patient(but(reason_code="AMBIGUOUS"))),
        ("dce", {}, patient(but(reason_code="NO_DCE"), GOOD)),
    ],
)
def test_what_is_not_known_or_not_asked_for_is_kept_where_the_rule_says_so(kind, params, who):
    assert judge(kind, who, **params) is None


def test_a_later_visit_never_stands_in_for_the_baseline():
    later = patient(but(visit="T1"), but(visit="T2"))
    for kind in ("visit", "dce", "phases", "field_strength", "laterality"):
        assert judge(kind, later) is not None
