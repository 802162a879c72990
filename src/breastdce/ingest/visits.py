"""Which visit a study is: by the trial's code, else by words, else by dates.

The baseline (T0) is the study that a code names so, else the one that words name so, else the
earliest, and that only if no code says that this patient's earliest study is a later visit. A
missing baseline stays missing: a later visit never takes its place.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from importlib import resources

import msgspec

from breastdce.ingest.identity import first_visits, trial_visit

TRIAL_VISITS = ("T0", "T1", "T2", "T3")


class Basis(StrEnum):
    """What a visit's name rests on."""

    CODE = "trial time point"
    WORDS = "study description"
    EARLIEST = "earliest study"
    ORDER = "order of dates"


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one study's place in time."""

    patient_id: str
    study_uid: str
    date: str | None
    """YYYYMMDD."""
    trial_words: tuple[str, ...] = ()
    """Trial time point id and description."""
    description: str = ""


class Visit(msgspec.Struct, frozen=True):
    """A name and what it rests on."""

    name: str
    """T0 to T3, or the place in the order of days: 2, 3, ..."""
    basis: Basis


class _Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    visit: str
    pattern: str
    source: str


def name_visits(studies: Iterable[Dated]) -> dict[tuple[str, str], Visit]:
    """Name the visit of every study, by patient and study UID.

    Studies of one day are one visit. Without any code or word the earliest day is T0; four days
    are T0 to T3; later days otherwise have their number in the order of days, since a patient with
    three visits may lack any of the four.
    """
    patients: dict[str, list[Dated]] = defaultdict(list)
    for study in studies:
        patients[study.patient_id].append(study)
    first = first_visits({who: [item.trial_words for item in of] for who, of in patients.items()})
    return {
        (patient, uid): visit
        for patient, items in patients.items()
        for uid, visit in _visits(items, first[patient]).items()
    }


def _visits(studies: Sequence[Dated], first: int) -> dict[str, Visit]:
    named = {item.study_uid: found for item in studies if (found := _named(item, first))}
    days = sorted({item.date or "" for item in studies})
    place = {day: number for number, day in enumerate(days)}
    from_dates = not named and ("" not in days or len(days) == 1)
    result: dict[str, Visit] = {}
    for item in studies:
        known = named.get(item.study_uid)
        result[item.study_uid] = known or _by_place(place[item.date or ""], len(days), from_dates)
    return result


def _named(study: Dated, first: int) -> Visit | None:
    coded = trial_visit(study.trial_words, first=first)
    if coded is not None:
        return Visit(coded, Basis.CODE)
    text = study.description.lower()
    hits = {word.visit for word, pattern in _patterns() if pattern.search(text)}
    return Visit(hits.pop(), Basis.WORDS) if len(hits) == 1 else None


def _by_place(place: int, days: int, from_dates: bool) -> Visit:
    if from_dates and place == 0:
        return Visit("T0", Basis.EARLIEST)
    if from_dates and days == len(TRIAL_VISITS):
        return Visit(TRIAL_VISITS[place], Basis.ORDER)
    return Visit(str(place + 1), Basis.ORDER)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[_Word, re.Pattern[str]], ...]:
    text = resources.files("breastdce.ingest").joinpath("visits.toml").read_text("utf-8")
    words = msgspec.convert(tomllib.loads(text)["word"], tuple[_Word, ...])
    return tuple((word, re.compile(word.pattern)) for word in words)
