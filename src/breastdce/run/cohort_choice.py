"""Which exams of a tree are those of a cohort: `run --cohort` makes these and no others."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.ingest.listing.answer import visits_of
from breastdce.ingest.listing.facts import studies_of_records
from breastdce.ingest.visits import TRIAL_VISITS
from breastdce.run.naming import Named
from breastdce.run.survey import Survey

Member = tuple[str, str]
"""A patient as the cohort names her, and a visit."""


def read_members(path: Path) -> frozenset[Member]:
    """Read the table `cohort.tsv` that `breastdce cohort` wrote.

    Raises
    ------
    InputError
        TABLE_INVALID when it cannot be read, or names no patient and visit.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, dialect="excel-tab"))
        members = frozenset((row["patient_id"], row["visit"]) for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise _unusable(path, f"{type(error).__name__}: {error}") from error
    if not members:
        raise _unusable(path, "nobody is in it")
    return members


def tree_visits(found: Survey) -> dict[tuple[str, str], str]:
    """T0 to T3 of every study, by the rule that the cohort was chosen with."""
    named = visits_of(studies_of_records(found.records))
    return {key: visit.name for key, visit in named.items() if visit.name in TRIAL_VISITS}


def exams_of(
    members: frozenset[Member], named: Named, visits: Mapping[tuple[str, str], str]
) -> tuple[tuple[str, ...], int]:
    """Names of the members' exams in the tree, and how many members have none there."""
    exams: list[str] = []
    here: set[Member] = set()
    for exam, study in named.studies.items():
        hits = members & {(study[0], visits.get(study, "")), _published(exam)}
        if hits:
            exams.append(str(exam))
            here |= hits
    return tuple(exams), len(members - here)


def _published(exam: ExamId) -> Member:
    # A cohort that was chosen from a data set names patients as its folders do.
    return exam.participant, exam.visit


def _unusable(path: Path, why: str) -> InputError:
    return InputError(
        ErrorCode.TABLE_INVALID,
        "The cohort cannot be used",
        evidence={"file": path.name, "why": why},
        remedy="Give the cohort.tsv that `breastdce cohort` wrote.",
    )
