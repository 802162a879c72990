"""Which series are wanted: the finder's choice, and what the producer left beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import NamedTuple

import msgspec

from breastdce.core.codes import FetchCode
from breastdce.core.params import Params
from breastdce.fetch.names import printable
from breastdce.fetch.series import Failure, IndexRow, IndexSeries, index_series

DCE_COLUMNS = ("patient_id", "study_uid", "dce_series_uid", "phase_series_uids")
"""Columns that a table of chosen series must have; `visit` too when visits are asked for."""
_MISSING = "n/a"


class Choice(msgspec.Struct, frozen=True):
    """One series that somebody wants."""

    patient_id: str
    study_uid: str
    series_uid: str
    why: str
    visit: str | None = None


Wanted = Callable[[Sequence[IndexRow]], Sequence[Choice]]
"""Looks at all rows of a collection and says which series it wants."""


class AnalysisRule(Params, frozen=True):
    """One kind of series that the producer left; what is not named fits any series."""

    why: str
    modality: str | None = None
    description_ends: str | None = None


class Selected(NamedTuple):
    """A series to fetch."""

    series: IndexSeries
    why: str
    visit: str | None


class Selection(NamedTuple):
    """What to fetch, sorted by folder, and what cannot be."""

    series: tuple[Selected, ...]
    failures: tuple[Failure, ...]


def dce_choices(rows: Iterable[Mapping[str, str]]) -> list[Choice]:
    """Read a table of chosen series, as `breastdce scan --out` writes it.

    Rows without a series (`n/a`) are exams without an answer, and want nothing.
    """
    choices: list[Choice] = []
    for row in rows:
        first = row["dce_series_uid"]
        uids = [uid.strip() for uid in row["phase_series_uids"].split(";")]
        visit = row.get("visit", _MISSING)
        if first != _MISSING:
            choices += phase_choices(
                row["patient_id"],
                row["study_uid"],
                [first, *(uid for uid in uids if uid not in ("", _MISSING))],
                None if visit == _MISSING else visit,
            )
    return choices


def phase_choices(
    patient_id: str, study_uid: str, series_uids: Sequence[str], visit: str | None
) -> Iterator[Choice]:
    """Want every series of one dynamic; the first holds the phase before contrast."""
    for uid in dict.fromkeys(series_uids):
        first = uid == series_uids[0]
        why = "holds the pre-contrast phase" if first else "holds a later phase"
        yield Choice(patient_id, study_uid, uid, why, visit)


def restrict(
    choices: Iterable[Choice], *, patients: Collection[str], visits: Collection[str]
) -> list[Choice]:
    """Keep the choices of these patients and visits; an empty collection keeps all."""
    return [
        choice
        for choice in choices
        if (not patients or choice.patient_id in patients)
        and (not visits or choice.visit in visits)
    ]


def analysis_rules() -> tuple[AnalysisRule, ...]:
    """The rules that ship with the package."""
    text = resources.files("breastdce.fetch").joinpath("analysis.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["rule"], tuple[AnalysisRule, ...])


def add_analysis(
    choices: Sequence[Choice], rows: Iterable[IndexRow], rules: Sequence[AnalysisRule]
) -> list[Choice]:
    """Add the producer's analysis series of every study that has a choice."""
    studies = {(choice.patient_id, choice.study_uid): choice.visit for choice in choices}
    chosen = {choice.series_uid for choice in choices}
    added = []
    for row in rows:
        study = (str(row["PatientID"]), str(row["StudyInstanceUID"]))
        series = str(row["SeriesInstanceUID"])
        if study not in studies or series in chosen:
            continue
        why = next((rule.why for rule in rules if _fits(rule, row)), None)
        if why is not None:
            added.append(Choice(*study, series, why, studies[study]))
    return [*choices, *added]


def look_up(choices: Iterable[Choice], rows: Iterable[IndexRow], collection: str) -> Selection:
    """Find each choice in the index.

    A choice that is not there, or whose row cannot be used, is a failure of that series alone.
    """
    wanted = {choice.series_uid: choice for choice in choices}
    found: dict[str, Selected] = {}
    failures = []
    for row in rows:
        choice = wanted.get(str(row["SeriesInstanceUID"]))
        if choice is None or str(row["StudyInstanceUID"]) != choice.study_uid:
            continue
        if choice.series_uid in found:
            failures.append(_failure(choice, FetchCode.LISTED_TWICE, ""))
            continue
        try:
            series = index_series(row, collection)
        except ValueError as error:
            failures.append(_failure(choice, FetchCode.INDEX_ROW_BAD, str(error)))
        else:
            found[choice.series_uid] = Selected(series, choice.why, choice.visit)
    known = found.keys() | {failure.series_uid for failure in failures}
    failures += [
        _failure(choice, FetchCode.NOT_IN_INDEX, f"collection {collection}")
        for uid, choice in wanted.items()
        if uid not in known
    ]
    return Selection(
        tuple(sorted(found.values(), key=lambda selected: selected.series.folder)),
        tuple(failures),
    )


def _fits(rule: AnalysisRule, row: IndexRow) -> bool:
    ends = rule.description_ends
    description = str(row["SeriesDescription"] or "").rstrip()
    return (rule.modality is None or rule.modality == row["Modality"]) and (
        ends is None or description.endswith(ends)
    )


def _failure(choice: Choice, code: FetchCode, evidence: str) -> Failure:
    return Failure(
        printable(choice.patient_id),
        printable(choice.study_uid),
        printable(choice.series_uid),
        code,
        evidence,
    )
