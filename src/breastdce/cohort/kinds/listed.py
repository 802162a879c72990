"""Whether the patient is among those with images, in the clinical table, or in a list."""

from __future__ import annotations

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind
from breastdce.cohort.patient import Patient
from breastdce.core.params import Params

_IMAGES, _CLINICAL = "images", "clinical"


class Listed(Params, frozen=True):
    """Where to look, and which answer keeps the patient."""

    where: str
    """`images`, `clinical`, or a table of patients (CSV, TSV, XLSX) relative to the rules' file."""
    column: str = "patient_id"
    """Header of the patients in that table."""
    keep: bool = True
    """Whether those who are in it are kept; false leaves them out."""


def needs(params: Listed) -> Needs:
    """A table of exams, a clinical table, or the list."""
    if params.where == _IMAGES:
        return Needs()
    if params.where == _CLINICAL:
        return Needs(clinical=("",))
    return Needs(lists=((params.where, params.column),))


def judge(patient: Patient, params: Listed, frame: Frame) -> str | None:
    """Exclude who is on the wrong side of the list."""
    if params.where == _IMAGES:
        inside = bool(patient.exams)
    elif params.where == _CLINICAL:
        inside = patient.clinical is not None
    else:
        inside = patient.patient_id in frame.lists[params.where, params.column]
    if inside == params.keep:
        return None
    return f"{'in' if inside else 'not in'} {params.where}"


RULE = RuleKind("listed", Listed, needs, judge)
