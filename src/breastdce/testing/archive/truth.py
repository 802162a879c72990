"""What must become of a generated trial, as a table beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec

TRUTH = "truth.json"


class SeriesTruth(msgspec.Struct, frozen=True):
    """One series and the codes that exclusions.tsv must give it; none where all of it is used."""

    number: int
    codes: tuple[str, ...]
    files: int


class ExamTruth(msgspec.Struct, frozen=True, kw_only=True):
    """One exam."""

    patient_id: str
    visit: str
    """As the data set must call it."""
    time_point: str
    """T0 to T3 of the trial."""
    study_uid: str
    maker: str
    size: str
    phases: int
    defect: str
    """Empty for a sound exam."""
    code: str
    """Why it must be refused; empty where it must be used."""
    caveat: str
    series: tuple[SeriesTruth, ...]


class PatientTruth(msgspec.Struct, frozen=True, kw_only=True):
    """One patient."""

    patient_id: str
    identity_removed: bool
    age_years: float
    recurrence: int | None
    hormone_receptor: int | None
    exams: tuple[ExamTruth, ...]


class TrialTruth(msgspec.Struct, frozen=True, kw_only=True):
    """The whole trial."""

    patients: tuple[PatientTruth, ...]
    files: int
    bytes: int
    dates: tuple[str, ...]
    """Every date that was planted, YYYYMMDD."""
    stray_codes: tuple[str, ...]
    """Of files that belong to no exam."""

    @property
    def exams(self) -> tuple[ExamTruth, ...]:
        """All exams."""
        return tuple(exam for patient in self.patients for exam in patient.exams)


def save_truth(folder: Path, truth: TrialTruth) -> None:
    """Write truth.json; the last file of a trial, so that its presence means complete."""
    (folder / TRUTH).write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1))


def load_truth(folder: Path) -> TrialTruth:
    """Read what `save_truth` wrote."""
    return msgspec.json.decode((folder / TRUTH).read_bytes(), type=TrialTruth)


def cohort_of(truth: TrialTruth) -> frozenset[str]:
    """Who must be in the cohort of the trial's own rules: a usable baseline, an outcome.

    Where nothing names the visits, the earliest is the baseline.
    """
    return frozenset(
        patient.patient_id
        for patient in truth.patients
        if patient.recurrence is not None
        and any(exam.visit in ("T0", "1") and not exam.code for exam in patient.exams)
    )
