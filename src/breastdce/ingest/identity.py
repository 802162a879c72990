"""Names for participants and visits that say nothing about the patient.

A participant is named by PatientID only where the header says that identity was removed, or where
the user asks for it; by a running number otherwise.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import NamedTuple

from breastdce.core.exam import ExamId
from breastdce.ingest.records import ExamNote, ExamSource

Found = ExamSource | ExamNote
_DROPPED = re.compile(r"[^A-Za-z0-9]")
_LONGEST = 64
"""A PatientID has no more characters (PS3.5 6.2, LO); names of files have an end, too."""
_NUMBERED = re.compile(r"(MRI|T)0?([0-4])")
"""The trial numbers its visits MRI_1 to MRI_4 (description) and T1 to T4 (id); the paper and TCIA
call them T0 to T3."""
_WORDS = {
    "BASELINE": "T0",
    "PRETREATMENT": "T0",
    "EARLYTREATMENT": "T1",
    "INTERREGIMEN": "T2",
    "PRESURGERY": "T3",
}
"""The trial's four visits in words, letters only."""


class NamedExam(NamedTuple):
    """A name, and what it names."""

    exam: ExamId
    found: Found


class Naming(NamedTuple):
    """Names for everything that was found."""

    named: tuple[NamedExam, ...]
    """Sorted by name."""
    collided: tuple[NamedExam, ...]
    """What would have shared a participant's name with another patient: refused, all of them."""


def needs_pseudonym(found: Found, *, keep_ids: bool) -> bool:
    """Whether the patient may not be named by PatientID, or cannot."""
    usable = 0 < len(clean(found.patient_id)) <= _LONGEST
    return not (usable and (keep_ids or found.identity_removed))


def person(found: Found) -> str:
    """Who a study is of: its PatientID; a study without one is a person of its own.

    Nothing says that two studies without an id are of one patient, and to join strangers is worse
    than to count one patient twice.
    """
    return found.patient_id if clean(found.patient_id) else f"study {found.study_uid}"


def clean(text: str) -> str:
    """Letters and digits of a header's text."""
    return _DROPPED.sub("", text)


def assign_pseudonyms(
    patient_ids: Iterable[str], known: Mapping[str, str], taken: Iterable[str] = ()
) -> dict[str, str]:
    """Complete a map of PatientID to pseudonym: 0001, 0002, ... in sorted order of the new ids.

    Parameters
    ----------
    patient_ids
        Who needs a pseudonym now.
    known
        The map so far; it is kept as it is.
    taken
        Names of participants that are called by their own id.
    """
    names = dict(known)
    used = {*names.values(), *taken}
    number = 0
    for patient in sorted(set(patient_ids) - set(names)):
        while (name := f"{number + 1:04d}") in used:
            number += 1
        names[patient] = name
        used.add(name)
    return names


def name_exams(
    found: Sequence[Found],
    *,
    keep_ids: bool,
    pseudonyms: Mapping[str, str],
    visits: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Naming:
    """Name every exam that was found, used or not.

    Visits are T0 to T3 where `visits` (by PatientID and study UID) or a trial's code says so, else
    1, 2, ... by the study's place in the patient's order of dates. Two studies may claim one visit
    (a repeat, or one study cut in two): if only one of them holds an exam that can be loaded, the
    visit is its own; otherwise nobody can say which is meant, refusing both would lose data, and
    either name would be a guess, so all of them get their place in the order of dates. Places count
    every study, so that a name does not change when another study is used or refused. A side that
    was acquired apart is added to the visit: `T0L`, `T0R`.

    Participants whose names would be equal, or differ in case alone (one folder on many disks),
    are in `collided`.
    """
    by_patient: dict[str, list[Found]] = defaultdict(list)
    for item in found:
        by_patient[person(item)].append(item)
    participants = {
        patient: _participant(items, keep_ids=keep_ids, pseudonyms=pseudonyms)
        for patient, items in by_patient.items()
    }
    counts = Counter(name.lower() for name in participants.values())
    first = first_visits({p: [i.visit_words for i in items] for p, items in by_patient.items()})
    every = [
        NamedExam(ExamId(participants[patient], visit), item)
        for patient, items in by_patient.items()
        for visit, item in _visits(items, visits, first[patient])
    ]
    every.sort(key=lambda named: (named.exam, named.found.study_uid))
    return Naming(
        tuple(named for named in every if counts[named.exam.participant.lower()] == 1),
        tuple(named for named in every if counts[named.exam.participant.lower()] > 1),
    )


def trial_visit(words: Sequence[str], *, first: int = 1) -> str | None:
    """T0 to T3 from a trial's time point id and description; None when neither says so.

    Parameters
    ----------
    words
        Starts with the id and the description. Each must be a visit as a whole, since text
        elsewhere (a study description) mentions T1 and baseline in other senses. The description
        wins.
    first
        Number of the first visit where visits are called T and a number: 1, or 0.
    """
    for word in reversed(words[:2]):
        plain = clean(word).upper()
        match = _NUMBERED.fullmatch(plain)
        if match is not None:
            visit = int(match[2]) - (1 if match[1] == "MRI" else first)
            return f"T{visit}" if 0 <= visit <= 3 else None
        if plain in _WORDS:
            return _WORDS[plain]
    return None


def first_visits(words: Mapping[str, Iterable[Sequence[str]]]) -> dict[str, int]:
    """Number of each patient's first visit, for `trial_visit`, from the words of her studies.

    Who has a T0 counts from 0, who has a T4 from 1, for there are four visits. Who missed both
    counts as the others do where these are of one mind, else from 1, as I-SPY1 does.
    """
    own = {patient: set(_numbers(studies)) for patient, studies in words.items()}
    trial = set().union(*own.values())
    return {patient: _first(numbers, trial) for patient, numbers in own.items()}


def _numbers(studies: Iterable[Sequence[str]]) -> Iterator[int]:
    """Numbers of the visits that are called T and a number."""
    for words in studies:
        for word in words[:2]:
            match = _NUMBERED.fullmatch(clean(word).upper())
            if match is not None and match[1] == "T":
                yield int(match[2])


def _first(own: Set[int], trial: Set[int]) -> int:
    told = own if own & {0, 4} else trial
    return 0 if 0 in told and 4 not in told else 1


def _participant(items: Sequence[Found], *, keep_ids: bool, pseudonyms: Mapping[str, str]) -> str:
    # One study that names the patient is enough to hide the name in all of them.
    if any(needs_pseudonym(item, keep_ids=keep_ids) for item in items):
        return pseudonyms[person(items[0])]
    return clean(items[0].patient_id)


def _visits(
    items: Sequence[Found], visits: Mapping[tuple[str, str], str], first: int
) -> list[tuple[str, Found]]:
    ordered = sorted(items, key=_date_order)
    places = {uid: n for n, uid in enumerate(dict.fromkeys(i.study_uid for i in ordered), start=1)}
    granted = _granted(ordered, visits, first)
    return [
        (f"{granted.get(item.study_uid, str(places[item.study_uid]))}{_side(item)}", item)
        for item in ordered
    ]


def _date_order(item: Found) -> tuple[str, str, str, str]:
    return item.study_date or "", item.study_time or "", item.study_uid, _side(item)


def _granted(
    items: Sequence[Found], visits: Mapping[tuple[str, str], str], first: int
) -> dict[str, str]:
    """Study UID to visit, for claims that one study makes, or one that can be loaded."""
    studies: dict[str, set[str]] = defaultdict(set)
    loadable: dict[str, set[str]] = defaultdict(set)
    for item in items:
        given = visits.get((item.patient_id, item.study_uid))
        visit = given or trial_visit(item.visit_words, first=first)
        if visit is not None:
            studies[visit].add(item.study_uid)
            if isinstance(item, ExamSource):
                loadable[visit].add(item.study_uid)
    claims = {v: loadable[v] if len(loadable[v]) == 1 else uids for v, uids in studies.items()}
    return {uid: visit for visit, uids in claims.items() if len(uids) == 1 for uid in uids}


def _side(item: Found) -> str:
    return item.side if isinstance(item, ExamSource) else ""
