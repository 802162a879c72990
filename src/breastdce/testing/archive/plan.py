"""Who comes when, to which scanner, and what goes wrong: drawn from a seed before any is made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from breastdce.testing.archive.anatomy import Side, Size
from breastdce.testing.archive.decoys._contract import DECOYS
from breastdce.testing.archive.defects._contract import DEFECTS, Defect
from breastdce.testing.archive.makers import MAKERS, Maker
from breastdce.testing.archive.marks import Marked, day, mark

VISITS = 4
_VISIT_SHARES = {4: 0.81, 3: 0.15, 2: 0.03, 1: 0.01}
"""Visits a patient has in I-SPY1's index: 92, 17, 3 and 1 of 113 patients."""
_REMOVED_SHARE, _TIME_POINT_SHARE = 0.9, 0.9
_FIRST_DAY, _BETWEEN_DAYS = 1000, 45


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialParams:
    """How large the trial is and how much of it is wrong."""

    patients: int = 163
    seed: int = 1
    size: Size = "small"
    real_every: int = 0
    """Every so-manieth patient is of a real exam's matrix and size; 0: nobody."""
    defects: float = 0.18
    """Share of the exams that have one: in I-SPY1's index 75 of 426 studies have no answer."""
    most_visits: int = VISITS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExam:
    """One exam that will be made."""

    subject: Marked
    maker: Maker
    size: Size
    seed: int
    density: float
    phases: int
    defect: Defect | None
    decoys: tuple[str, ...]
    name: str
    """Visit as the data set must call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPatient:
    """One patient and what the clinical workbook says of her."""

    patient_id: str
    number: int
    age_years: float
    recurrence: int | None
    hormone_receptor: int | None
    exams: tuple[PlannedExam, ...]


def plan_trial(params: TrialParams) -> Iterator[PlannedPatient]:
    """Draw the trial, patient by patient; the first five have a maker each."""
    waiting = deque(DEFECTS.get(name) for name in DEFECTS.names())
    for number in range(1, params.patients + 1):
        rng = np.random.default_rng([params.seed, number])
        shares = [maker.share for maker in MAKERS]
        drawn = MAKERS[int(rng.choice(len(MAKERS), p=shares))]
        maker = MAKERS[number - 1] if number <= len(MAKERS) else drawn
        yield _patient(params, number, maker, rng, waiting)


def _patient(
    params: TrialParams,
    number: int,
    maker: Maker,
    rng: np.random.Generator,
    waiting: deque[Defect],
) -> PlannedPatient:
    removed = bool(rng.random() < _REMOVED_SHARE)
    points = bool(rng.random() < _TIME_POINT_SHARE)
    patient_id = f"TRIAL-{number:04d}" if removed else mark(900_000 + number)
    side: Side = "R" if rng.random() < 0.5 else "L"
    real = params.real_every and number % params.real_every == 0
    density = float(rng.uniform(0.2, 0.55))
    subjects = [
        Marked(
            patient_id=patient_id,
            name=f"{mark(number)}^JANE^Q",
            identity_removed=removed,
            study_date=day(_FIRST_DAY + 3 * number + _BETWEEN_DAYS * visit),
            start_s=float(rng.integers(8 * 3600, 18 * 3600)),
            side=side,
            number=number,
            visit=visit,
            time_point=f"T{visit}" if points else "",
        )
        for visit in _visits(rng, params.most_visits)
    ]
    exams = []
    for place, subject in enumerate(subjects):
        phases = int(rng.choice(maker.phases))
        wrong = rng.random() < params.defects
        exams.append(
            PlannedExam(
                subject=subject,
                maker=maker,
                size="real" if real else params.size,
                seed=1000 * params.seed + number,
                density=density,
                phases=phases,
                defect=_defect(maker, phases, waiting) if wrong else None,
                decoys=_decoys(rng),
                name=f"T{subject.visit}" if points else str(place + 1),
            )
        )
    return PlannedPatient(
        patient_id=patient_id,
        number=number,
        age_years=round(float(rng.uniform(27, 69)), 1),
        recurrence=None if rng.random() < 0.05 else int(rng.random() < 0.27),
        hormone_receptor=None if rng.random() < 0.03 else int(rng.random() < 0.56),
        exams=tuple(exams),
    )


def _visits(rng: np.random.Generator, most: int) -> list[int]:
    counts = list(_VISIT_SHARES)
    count = int(rng.choice(counts, p=list(_VISIT_SHARES.values())))
    came = sorted(int(visit) for visit in rng.choice(VISITS, count, replace=False))
    return came[:most]


def _defect(maker: Maker, phases: int, waiting: deque[Defect]) -> Defect | None:
    """Take the defect that has waited longest among those that this maker's layout can have."""
    found = next((d for d in waiting if maker.name in d.makers and phases >= d.least_phases), None)
    if found is not None:
        waiting.remove(found)
        waiting.append(found)
    return found


def _decoys(rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(name for name in DECOYS.names() if rng.random() < DECOYS.get(name).share)
