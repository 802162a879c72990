"""Compare a data set with the truth of the trial that it was made from: nobody may be lost."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from breastdce.testing.archive.truth import ExamTruth, TrialTruth

Key = tuple[str, str]
"""Participant and visit, as the data set calls them."""
_DROPPED = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Account:
    """Patients and exams in, and what became of them."""

    patients: int
    exams: int
    used: int
    refused: Mapping[str, int]
    """Exams by code."""
    series: int
    """Series that were found, in used exams and refused ones."""
    series_out: int
    """Those with a row in exclusions.tsv."""
    problems: tuple[str, ...]
    """Everything that is not as the truth says; nobody is named but by the data set's own names."""


def account(out: Path, truth: TrialTruth, pseudonyms: Path) -> Account:
    """Follow every exam and series of a trial into exams.tsv or exclusions.tsv.

    Parameters
    ----------
    out
        The data set.
    truth
        Of the trial.
    pseudonyms
        Who is who, as `breastdce run` leaves it beside the data set.
    """
    names = {row["patient_id"]: row["participant"] for row in _rows(pseudonyms)}
    exams = {_key(names, exam): exam for exam in truth.exams}
    used = {_row_key(row): row for row in _rows(out / "exams.tsv")}
    excluded = list(_rows(out / "exclusions.tsv"))
    refused = {_row_key(row): row["code"] for row in excluded if row["level"] == "exam"}
    codes: dict[tuple[Key, int], set[str]] = defaultdict(set)
    for row in excluded:
        if row["level"] == "series":
            codes[_row_key(row), int(row["series_number"])].add(row["code"])
    problems = [
        *_of_exams(exams, used, refused),
        *_of_series(exams, codes),
        *_of_strays(truth, excluded),
        *_of_participants(out, exams, used),
    ]
    return Account(
        patients=len(truth.patients),
        exams=len(exams),
        used=len(used),
        refused=dict(sorted(Counter(refused.values()).items())),
        series=sum(len(exam.series) for exam in exams.values()),
        series_out=len(codes),
        problems=tuple(problems),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, dialect="excel-tab")


def _key(names: Mapping[str, str], exam: ExamTruth) -> Key:
    name = names.get(exam.patient_id, _DROPPED.sub("", exam.patient_id))
    return f"sub-{name}", f"ses-{exam.visit}"


def _row_key(row: Mapping[str, str]) -> Key:
    return row["participant_id"], row["session_id"]


def _of_exams(
    exams: Mapping[Key, ExamTruth],
    used: Mapping[Key, Mapping[str, str]],
    refused: Mapping[Key, str],
) -> Iterator[str]:
    """Each exam once, with the code that is due."""
    for key, exam in exams.items():
        what = f"{' '.join(key)} ({exam.maker} {exam.defect or 'sound'})"
        if (key in used) == (key in refused):
            yield f"{what}: {'both used and refused' if key in used else 'lost'}"
        elif refused.get(key, "") != exam.code:
            yield f"{what}: {refused.get(key, 'used')}, not {exam.code or 'used'}"
        elif exam.caveat and exam.caveat not in used[key]["caveats"].split(";"):
            yield f"{what}: no caveat {exam.caveat} but {used[key]['caveats']}"
        elif key in used and int(used[key]["n_phases"]) < 3:
            yield f"{what}: {used[key]['n_phases']} phases"
    for key in (used.keys() | refused.keys()) - exams.keys():
        yield f"{' '.join(key)}: nobody put it there"


def _of_series(
    exams: Mapping[Key, ExamTruth], codes: Mapping[tuple[Key, int], set[str]]
) -> Iterator[str]:
    """Each series used, or in a row for each of its codes."""
    known = set()
    for key, exam in exams.items():
        for series in exam.series:
            known.add((key, series.number))
            found = codes.get((key, series.number), set())
            if found != set(series.codes):
                told = f"{sorted(found)}, not {sorted(series.codes)}"
                name = f"{' '.join(key)} ({exam.maker} {exam.defect or 'sound'})"
                yield f"{name} series {series.number}: {told}"
    for key, number in codes.keys() - known:
        yield f"{' '.join(key)} series {number}: nobody put it there"


def _of_strays(truth: TrialTruth, excluded: list[dict[str, str]]) -> Iterator[str]:
    found = {row["code"] for row in excluded if row["level"] == "file"}
    if found != set(truth.stray_codes):
        yield f"loose files: {sorted(found)}, not {sorted(truth.stray_codes)}"


def _of_participants(
    out: Path, exams: Mapping[Key, ExamTruth], used: Mapping[Key, Mapping[str, str]]
) -> Iterator[str]:
    """Who has an exam in the data set is a participant, nobody else."""
    listed = {row["participant_id"] for row in _rows(out / "participants.tsv")}
    due = {participant for participant, _ in used} & {participant for participant, _ in exams}
    if listed != due:
        yield f"participants.tsv: {len(listed)} rows, {len(due)} are due"
