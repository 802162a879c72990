"""Words about fetching: what there is to fetch, and what has come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from breastdce.cli.as_json import print_json
from breastdce.cli.results import results_console
from breastdce.core.codes import ErrorCode
from breastdce.core.counted import counted
from breastdce.core.errors import CallError
from breastdce.run.fetch import FetchSummary, SeriesLine, size_words

_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
_SHOWN = 20


def check_endpoint(text: str) -> str:
    """Return the address of a server as it is; CallError unless it is http(s)://host[:port]."""
    if _URL.fullmatch(text) is None:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "--endpoint is not the address of a server",
            remedy="Write https://host or http://host:port, without a user or a password.",
        )
    return text


def show_fetch(summary: FetchSummary, *, as_json: bool) -> None:
    """Print what was fetched, or would be, and every series that could not be had."""
    console = results_console()
    if as_json:
        print_json(summary)
        return
    if summary.dry_run:
        _show_plan(console, summary)
    else:
        _show_done(console, summary)
    for failure in summary.failures:
        words = f"not whole: {failure.patient_id} {failure.series_uid}  {failure.code}: "
        words += f"{failure.code.meaning} {failure.evidence}"
        console.print(words.rstrip(), markup=False, highlight=False, soft_wrap=True)
        console.print(f"  do: {failure.code.remedy}", markup=False, soft_wrap=True)


def _show_plan(console: Console, summary: FetchSummary) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("patient", "visit", "series", "why", "files", "MB", "to fetch"):
        table.add_column(name, justify="right" if name in ("files", "MB", "to fetch") else "left")
    for line in summary.series[:_SHOWN]:
        numbers = (str(line.files), _mb(line.size_bytes), _mb(line.missing_bytes))
        words = (line.patient_id, line.visit or "n/a", line.description, line.why)
        table.add_row(*map(escape, words), *numbers)
    console.print(table)
    if len(summary.series) > _SHOWN:
        console.print(f"and {len(summary.series) - _SHOWN} more series (--json lists all)")
    console.print(_total(summary.series), highlight=False, soft_wrap=True)


def _total(series: Sequence[SeriesLine]) -> str:
    patients = len({line.patient_id for line in series})
    studies = len({line.study_uid for line in series})
    files = sum(line.files for line in series)
    size = sum(line.size_bytes for line in series)
    missing = sum(line.missing_bytes for line in series)
    return (
        f"Would fetch {size_words(missing)} of {size_words(size)}: {len(series)} series "
        f"({counted(files, 'file')}) of {counted(studies, 'study', 'studies')} of "
        f"{counted(patients, 'patient')}. Nothing was written."
    )


def _show_done(console: Console, summary: FetchSummary) -> None:
    words = f"{counted(summary.files_fetched, 'file')} fetched, {size_words(summary.bytes_fetched)}"
    if not summary.files_fetched and not summary.failures:
        words = "Nothing to fetch: every file is here"
    console.print(f"{words}; wanted: {len(summary.series)} series", highlight=False)
    for label, path in (("manifest", summary.manifest), ("cite", summary.citation)):
        if path is not None and Path(path).exists():
            console.print(f"{label:<9} {path}", markup=False, highlight=False, soft_wrap=True)


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f}"
