"""Fetch from a public archive just the series that somebody wants.

The index says where series are, a table which of them are wanted, the bucket what they hold.
A series that cannot be had is listed, and the others go on.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console

from breastdce.core.codes import ErrorCode
from breastdce.core.counted import counted
from breastdce.core.errors import CallError, InputError
from breastdce.fetch.selection import (
    DCE_COLUMNS,
    Choice,
    Selected,
    Selection,
    Wanted,
    add_analysis,
    analysis_rules,
    dce_choices,
    look_up,
    phase_choices,
    restrict,
)
from breastdce.fetch.series import REQUIRED, Failure
from breastdce.formats.bucket import AWS, Bucket, find_s5cmd
from breastdce.formats.idc_index import collection_name, collection_rows, installed_index
from breastdce.formats.series_index import index_row
from breastdce.ingest.listing.answer import answer_list
from breastdce.ingest.listing.facts import studies_of_index
from breastdce.run.fetched import CITATION, MANIFEST, Fetched, opened
from breastdce.run.progress import count_progress
from breastdce.run.transfer import Here, check_space, compare, failures_of, take_stock, transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """What to fetch, and where to."""

    collection: str
    dest: Path
    dce: Path | None = None
    """Table of chosen series; the finder chooses from the index when None."""
    index: Path | None = None
    """Parquet table with IDC's columns; that of idc-index-data when None."""
    patients: Sequence[str] = ()
    visits: Sequence[str] = ()
    endpoint: str = AWS
    verify: bool = False
    """Read every file that is there again."""
    dry_run: bool = False
    pauses_s: Sequence[float] = (0.0, 2.0, 10.0)
    """Before each try."""


class SeriesLine(msgspec.Struct, frozen=True, kw_only=True):
    """One series that is wanted."""

    patient_id: str
    visit: str | None
    study_uid: str
    series_uid: str
    modality: str
    description: str
    why: str
    files: int
    size_bytes: int
    missing_bytes: int
    """Not here before this call."""


class FetchSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a call has done, or would do."""

    collection: str
    dest: str
    dry_run: bool
    series: tuple[SeriesLine, ...]
    failures: tuple[Failure, ...]
    files_fetched: int = 0
    bytes_fetched: int = 0
    manifest: str | None = None
    citation: str | None = None


def fetch(
    options: FetchOptions, wanted: Wanted | None = None, console: Console | None = None
) -> FetchSummary:
    """Bring the wanted series of a collection to `options.dest`; what is there stays.

    Parameters
    ----------
    options
        What to fetch, and where to.
    wanted
        Says which series of the collection it wants; when left out, the table `options.dce`, or
        without that the finder.
    console
        For progress; standard error when left out.

    Raises
    ------
    CallError
        CALL_INVALID, or UNKNOWN_ENTRY for a collection.
    InputError
        TABLE_INVALID.
    EngineError
        ENGINE_MISSING.
    NetworkError
        NO_NETWORK; what had arrived stays.
    StoreError
        NO_SPACE, OUTPUT_BUSY, OUTPUT_UNWRITABLE.
    """
    selection = _select(options, wanted or _wanted(options.dce))
    if options.dry_run:
        return _summary(options, selection, _stock(options, selection, Fetched(options.dest)))
    bucket = Bucket(find_s5cmd(), options.endpoint)
    with opened(options.dest) as fetched:
        return _fetch(options, selection, fetched, bucket, console or Console(stderr=True))


def size_words(size_bytes: int) -> str:
    """Say a size in MB or GB (powers of ten)."""
    unit, name = (1e9, "GB") if size_bytes >= 1e9 else (1e6, "MB")
    return f"{size_bytes / unit:.1f} {name}"


def _fetch(
    options: FetchOptions,
    selection: Selection,
    fetched: Fetched,
    bucket: Bucket,
    console: Console,
) -> FetchSummary:
    here = _stock(options, selection, fetched)
    series = [selected.series for selected in selection.series]
    found = compare(fetched, bucket, [one for one in series if not here[one.series_uid].complete])
    size = sum(need.remote.size_bytes for need in found.needs)
    check_space(options.dest, size)
    if found.needs:
        files = counted(len(found.needs), "file")
        words = f"fetching {files}, {size_words(size)}, from {options.endpoint}"
        console.print(words, highlight=False, soft_wrap=True)
    with count_progress(console, "fetching") as on_bytes:
        broken = transfer(
            fetched, bucket, found.needs, pauses_s=options.pauses_s, on_bytes=on_bytes
        )
    lost = sum(one.need.remote.size_bytes for one in broken)
    return msgspec.structs.replace(
        _summary(options, selection, here),
        failures=(*selection.failures, *found.failures, *failures_of(broken)),
        files_fetched=len(found.needs) - len(broken),
        bytes_fetched=size - lost,
        manifest=str(options.dest / MANIFEST),
        citation=str(options.dest / CITATION),
    )


def _select(options: FetchOptions, wanted: Wanted) -> Selection:
    collection = collection_name(options.collection)
    rows = collection_rows(options.index or installed_index(), collection, REQUIRED)
    choices = wanted(rows)
    _check_known("--patient", options.patients, {choice.patient_id for choice in choices})
    _check_known("--visit", options.visits, {choice.visit for choice in choices if choice.visit})
    kept = restrict(choices, patients=options.patients, visits=options.visits)
    if not kept:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "No series is wanted",
            evidence={"collection": collection, "chosen series": len(choices)},
            remedy="See which series `breastdce scan` has chosen, and for which visits.",
        )
    return look_up(add_analysis(kept, rows, analysis_rules()), rows, collection)


def _check_known(option: str, asked: Sequence[str], known: set[str]) -> None:
    unknown = sorted(set(asked) - known)
    if unknown:
        raise CallError(
            ErrorCode.CALL_INVALID,
            f"{option} names what no chosen series has",
            evidence={"unknown": ", ".join(unknown), "known": ", ".join(sorted(known)[:8])},
            remedy="Spell it as the table of chosen series does.",
        )


def _wanted(dce: Path | None) -> Wanted:
    """What a table says, else what the finder chooses from the index itself."""
    if dce is None:
        return finder_choices
    choices = _read_choices(dce)
    return lambda _: choices


def finder_choices(rows: Sequence[Mapping[str, object]]) -> list[Choice]:
    """Every series of each dynamic that the finder sees in the rows of an index.

    Raises
    ------
    InputError
        TABLE_INVALID when a row cannot be read.
    """
    try:
        studies = studies_of_index(map(index_row, rows))
    except ValueError as error:
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "A row of the index cannot be used",
            evidence={"why": str(error)},
            remedy="Give the series that are wanted with --dce.",
        ) from error
    return [
        choice
        for answer in answer_list(studies)
        if answer.reason is None
        for choice in phase_choices(
            answer.patient_id, answer.study_uid, answer.phase_series_uids, answer.visit
        )
    ]


def _read_choices(path: Path) -> list[Choice]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, "excel-tab"))
    except (OSError, ValueError, csv.Error) as error:
        raise _bad_table(path, str(error)) from error
    names, *lines = lines or [[]]
    missing = [name for name in DCE_COLUMNS if name not in names]
    if missing:
        raise _bad_table(path, f"no column {', '.join(missing)}")
    for number, line in enumerate(lines, 2):
        if len(line) != len(names):
            raise _bad_table(path, f"line {number} has {len(line)} cells of {len(names)}")
    return dce_choices(dict(zip(names, line, strict=True)) for line in lines)


def _bad_table(path: Path, why: str) -> InputError:
    return InputError(
        ErrorCode.TABLE_INVALID,
        "The table of chosen series cannot be read",
        evidence={"file": str(path), "why": why},
        remedy="Give the table that `breastdce scan --out` wrote.",
    )


def _stock(options: FetchOptions, selection: Selection, fetched: Fetched) -> Mapping[str, Here]:
    series = [selected.series for selected in selection.series]
    return take_stock(fetched, series, rehash=options.verify)


def _summary(options: FetchOptions, selection: Selection, here: Mapping[str, Here]) -> FetchSummary:
    return FetchSummary(
        collection=collection_name(options.collection),
        dest=str(options.dest),
        dry_run=options.dry_run,
        series=tuple(_line(one, here[one.series.series_uid]) for one in selection.series),
        failures=selection.failures,
    )


def _line(selected: Selected, here: Here) -> SeriesLine:
    series = selected.series
    return SeriesLine(
        patient_id=series.patient_id,
        visit=selected.visit,
        study_uid=series.study_uid,
        series_uid=series.series_uid,
        modality=series.modality,
        description=series.description,
        why=selected.why,
        files=series.instances,
        size_bytes=series.size_bytes,
        missing_bytes=0 if here.complete else max(series.size_bytes - here.size_bytes, 0),
    )
