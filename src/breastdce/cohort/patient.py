"""What is known of a patient: the exams that were found, and the clinical row."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from breastdce.cohort.values import Value

OK = "OK"
"""Reason code of an exam whose DCE can be used."""
AMBIGUOUS = "AMBIGUOUS"


class Exam(msgspec.Struct, frozen=True, kw_only=True):
    """One exam as the scan, or a data set, tells of it; None where it does not."""

    visit: str | None
    """T0 to T3, or a number in order of date."""
    reason_code: str
    """`OK`, or the exam code of why its DCE cannot be used."""
    n_phases: int | None = None
    manufacturer: str | None = None
    manufacturer_model: str | None = None
    field_strength_t: float | None = None
    laterality: str | None = None
    layout: str | None = None


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """One patient; without exams or without clinical row where there is none."""

    patient_id: str
    exams: tuple[Exam, ...] = ()
    clinical: Mapping[str, Value] | None = None

    def at(self, visit: str) -> Exam | None:
        """The exam of a visit; None when no exam is known to be of it.

        Of several (two studies of a day), the one with a usable DCE counts; where several have
        one, nothing tells which is meant, and the code is AMBIGUOUS.
        """
        exams = [exam for exam in self.exams if exam.visit == visit]
        usable = [exam for exam in exams if exam.reason_code == OK]
        if len(usable) > 1:
            return msgspec.structs.replace(usable[0], reason_code=AMBIGUOUS)
        return next(iter(usable or exams), None)

    def value(self, column: str) -> Value:
        """A clinical value; None where it is missing."""
        return None if self.clinical is None else self.clinical.get(column)
