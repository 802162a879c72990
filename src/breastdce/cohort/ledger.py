"""Who is in, who is out and why: every patient in exactly one place, counted after each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breastdce.cohort.kinds._contract import Frame
from breastdce.cohort.patient import Patient
from breastdce.cohort.rule_book import Rule, RuleBook
from breastdce.core.codes import CohortCode


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A patient who is out, with the code of the first rule that applies."""

    patient_id: str
    code: CohortCode
    rule: int
    """Number of the rule, from 1."""
    evidence: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A patient whom a rule would exclude and the list of exceptions keeps."""

    patient_id: str
    code: CohortCode
    rule: int
    evidence: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One rule applied to those who were left."""

    rule: Rule
    excluded: int
    kept: int
    """Exceptions that were needed here."""
    remaining: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole selection."""

    start: int
    included: tuple[Patient, ...]
    exclusions: tuple[Exclusion, ...]
    steps: tuple[Step, ...]
    kept: tuple[Kept, ...]
    """Exceptions that were needed by somebody who is in."""
    unneeded: tuple[tuple[str, CohortCode], ...]
    """Exceptions that changed nothing: the rule would keep the patient, another one excludes, or
    the patient is not known."""


def apply_rules(
    patients: Sequence[Patient],
    book: RuleBook,
    lists: Mapping[tuple[str, str], frozenset[str]],
) -> Ledger:
    """Apply the rules in their order.

    Parameters
    ----------
    patients
        Each once.
    lists
        Patients of each list that the rules need.
    """
    frame = Frame(book.visit, lists)
    reasons = {
        (patient, entry.code): entry.reason
        for entry in book.exceptions
        for patient in entry.patients
    }
    remaining = sorted(patients, key=lambda patient: patient.patient_id)
    exclusions: list[Exclusion] = []
    spared: list[Kept] = []
    steps = []
    for number, rule in enumerate(book.rules, 1):
        out, saved = _apply(rule, number, remaining, frame, reasons)
        gone = {entry.patient_id for entry in out}
        remaining = [patient for patient in remaining if patient.patient_id not in gone]
        exclusions += out
        spared += saved
        steps.append(Step(rule, len(out), len(saved), len(remaining)))
    inside = {patient.patient_id for patient in remaining}
    kept = tuple(entry for entry in spared if entry.patient_id in inside)
    used = {(entry.patient_id, entry.code) for entry in kept}
    return Ledger(
        start=len(patients),
        included=tuple(remaining),
        exclusions=tuple(exclusions),
        steps=tuple(steps),
        kept=kept,
        unneeded=tuple(sorted(key for key in reasons if key not in used)),
    )


def _apply(
    rule: Rule,
    number: int,
    patients: Sequence[Patient],
    frame: Frame,
    reasons: Mapping[tuple[str, CohortCode], str],
) -> tuple[list[Exclusion], list[Kept]]:
    """Whom a rule excludes, and whom it would without an exception."""
    out, saved = [], []
    for patient in patients:
        evidence = rule.kind.judge(patient, rule.params, frame)
        if evidence is None:
            continue
        name = patient.patient_id
        reason = reasons.get((name, rule.code))
        if reason is None:
            out.append(Exclusion(name, rule.code, number, evidence))
        else:
            saved.append(Kept(name, rule.code, number, evidence, reason))
    return out, saved
