"""Names for participants and visits that say nothing about the patient.

A participant is named by PatientID only where the header says that identity was removed, or where
the user asks for it; by a running number otherwise.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from breastdce.core.exam import ExamId
from breastdce.ingest.records import ExamNote, ExamSource

Found = ExamSource | ExamNote
_DROPPED = re.compile(r"[^A-Za-z0-9]")
_NUMBERED = re.compile(r"(?:MRI[_ -]?|T)([1-4])", re.IGNORECASE)
"""The trial numbers its visits MRI_1 to MRI_4 (description) and T1 to T4 (id); the paper and TCIA
call them T0 to T3."""
_WORDS = {"BASELINE": "T0", "PRE-SURGERY": "T3", "PRESURGERY": "T3"}


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
    """Whether the patient may not be named by PatientID."""
    return not (keep_ids or found.identity_removed) or not clean(found.patient_id)


def clean(patient_id: str) -> str:
    """Letters and digits of a PatientID."""
    return _DROPPED.sub("", patient_id)


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


def name_exams(found: Sequence[Found], *, keep_ids: bool, pseudonyms: Mapping[str, str]) -> Naming:
    """Name every exam that was found, used or not.

    Visits are T0 to T3 where a trial's code says so and only one study claims the visit; other
    studies are numbered by their place in the patient's order of dates (two studies that claim one
    visit, say). A side that was acquired apart is added to the visit: `T0L`, `T0R`.

    Two patients whose ids differ only in characters that a name cannot hold are in `collided`.
    """
    by_patient: dict[str, list[Found]] = defaultdict(list)
    for item in found:
        by_patient[item.patient_id].append(item)
    participants = {
        patient: _participant(items, keep_ids=keep_ids, pseudonyms=pseudonyms)
        for patient, items in by_patient.items()
    }
    shared = {name for name, count in Counter(participants.values()).items() if count > 1}
    every = [
        NamedExam(ExamId(participants[patient], visit), item)
        for patient, items in by_patient.items()
        for visit, item in _visits(items)
    ]
    every.sort(key=lambda named: (named.exam, named.found.study_uid))
    return Naming(
        tuple(named for named in every if named.exam.participant not in shared),
        tuple(named for named in every if named.exam.participant in shared),
    )


def _participant(items: Sequence[Found], *, keep_ids: bool, pseudonyms: Mapping[str, str]) -> str:
    # One study that names the patient is enough to hide the name in all of them.
    if any(needs_pseudonym(item, keep_ids=keep_ids) for item in items):
        return pseudonyms[items[0].patient_id]
    return clean(items[0].patient_id)


def _visits(items: Sequence[Found]) -> list[tuple[str, Found]]:
    ordered = sorted(items, key=lambda item: (item.study_date or "", item.study_uid, _side(item)))
    places = {uid: n for n, uid in enumerate(dict.fromkeys(i.study_uid for i in ordered), start=1)}
    claims = {item.study_uid: trial_visit(item.visit_words) for item in ordered}
    counts = Counter(claims.values())
    names = {
        uid: claim if claim is not None and counts[claim] == 1 else str(places[uid])
        for uid, claim in claims.items()
    }
    return [(f"{names[item.study_uid]}{_side(item)}", item) for item in ordered]


def _side(item: Found) -> str:
    return item.side if isinstance(item, ExamSource) else ""


def trial_visit(words: Sequence[str]) -> str | None:
    """T0 to T3 from a trial's time point id and description; None when neither says so.

    `words` starts with the id and the description. Each must be a visit as a whole, since text
    elsewhere (a study description) mentions T1 and baseline in other senses. The description wins.
    """
    for word in reversed(words[:2]):
        match = _NUMBERED.fullmatch(word.strip())
        if match is not None:
            return f"T{int(match[1]) - 1}"
        if word.strip().upper() in _WORDS:
            return _WORDS[word.strip().upper()]
    return None
