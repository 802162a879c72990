"""The score of the MAMA-MIA challenge 2025, task 1: performance and fairness in one number.

Definition: LidiaGarrucho/MAMA-MIA, src/challenge/metrics.py and scoring_task1.py (2025-04-16).
The published script stores each patient's scores under her identifier in a table whose rows are
numbered, so that they land in new rows without an age and every mean of a group is NaN; it measures
distances in voxels; lets its normalized distance exceed 1; and counts nothing against nothing as a
Dice of 0. Here scores and patients are joined by identifier, distances are in mm unless the other
unit is asked for, the normalized distance ends at 1, and cases without any tumor are left out and
counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

FARTHEST = 150.0
"""Distance at which the normalized distance is 1: mm, or voxels as the script takes it."""
_AGES = ((40.0, "0-40"), (50.0, "41-50"), (60.0, "51-60"), (70.0, "61-70"), (100.0, "71+"))


class Person(NamedTuple):
    """What fairness is judged by; None where it is not known."""

    age: float | None = None
    """Years."""
    menopause: str | None = None
    density: str | None = None
    """Class of breast density."""


class Entry(NamedTuple):
    """One patient's segmentation."""

    patient: str
    dice: float
    """NaN where both masks are empty."""
    hd95: float
    """Infinite where one mask is empty; NaN where both are."""


class GroupMean(msgspec.Struct, frozen=True):
    """Means over the patients of one level."""

    level: str
    n: int
    dice: float
    norm_hd: float


class Fairness(msgspec.Struct, frozen=True):
    """How evenly one variable's groups are served."""

    variable: str
    score: float
    """1 - half the sum of the spans of both means over the groups; NaN where nobody has a level."""
    groups: tuple[GroupMean, ...]
    missing: int
    """Patients without a level, who are in no group."""


class ChallengeScore(msgspec.Struct, frozen=True, kw_only=True):
    """The score with all that it is made of."""

    n: int
    both_empty: int
    """Patients left out since neither mask has a voxel."""
    dice: float
    """Mean."""
    norm_hd: float
    """Mean of the normalized 95 % Hausdorff distances."""
    performance: float
    """Half the sum of mean Dice and 1 - mean normalized distance."""
    fairness: float
    """Mean over the variables that someone has a level of."""
    ranking: float
    """Mean of performance and fairness."""
    variables: tuple[Fairness, ...]


def challenge_score(entries: Sequence[Entry], people: Mapping[str, Person]) -> ChallengeScore:
    """Score a set of segmentations.

    Parameters
    ----------
    entries
        One for each patient.
    people
        By the entries' `patient`; who is not there has no level of anything.

    Raises
    ------
    ValueError
        A patient occurs twice.
    """
    if len({entry.patient for entry in entries}) != len(entries):
        raise ValueError("a patient is scored twice")
    known = [entry for entry in entries if not math.isnan(entry.dice)]
    dice, norm_hd = _means(known)
    variables = tuple(_fairness(name, level, known, people) for name, level in _VARIABLES.items())
    scores = [each.score for each in variables if not math.isnan(each.score)]
    performance = (dice + 1.0 - norm_hd) / 2.0
    fairness = math.fsum(scores) / len(scores) if scores else math.nan
    return ChallengeScore(
        n=len(known),
        both_empty=len(entries) - len(known),
        dice=dice,
        norm_hd=norm_hd,
        performance=performance,
        fairness=fairness,
        ranking=(performance + fairness) / 2.0,
        variables=variables,
    )


def norm_hd(hd95: float) -> float:
    """Distance as a share of `FARTHEST`, at most 1."""
    return min(hd95 / FARTHEST, 1.0)


def _fairness(
    name: str,
    level_of: Callable[[Person], str | None],
    entries: Iterable[Entry],
    people: Mapping[str, Person],
) -> Fairness:
    groups: dict[str, list[Entry]] = {}
    missing = 0
    for entry in entries:
        level = level_of(people.get(entry.patient, Person()))
        if level is None:
            missing += 1
        else:
            groups.setdefault(level, []).append(entry)
    means = [
        GroupMean(level, len(groups[level]), *_means(groups[level])) for level in sorted(groups)
    ]
    spans = _span([mean.dice for mean in means]) + _span([mean.norm_hd for mean in means])
    return Fairness(name, 1.0 - spans / 2.0 if means else math.nan, tuple(means), missing)


def _means(entries: Sequence[Entry]) -> tuple[float, float]:
    if not entries:
        return math.nan, math.nan
    return (
        math.fsum(entry.dice for entry in entries) / len(entries),
        math.fsum(norm_hd(entry.hd95) for entry in entries) / len(entries),
    )


def _span(values: Sequence[float]) -> float:
    return max(values, default=0.0) - min(values, default=0.0)


def _age(person: Person) -> str | None:
    if person.age is None or not 0 < person.age <= _AGES[-1][0]:
        return None
    return next(word for last, word in _AGES if person.age <= last)


def _menopause(person: Person) -> str | None:
    """Peri- and premenopausal women are one group; who says nothing is a group too."""
    text = (person.menopause or "unknown").casefold()
    if "peri" in text:
        return "pre"
    return next((word for word in ("post", "pre") if word in text), text)


def _density(person: Person) -> str | None:
    return person.density.casefold() if person.density else None


_VARIABLES: Mapping[str, Callable[[Person], str | None]] = {
    "age": _age,
    "menopause": _menopause,
    "density": _density,
}
