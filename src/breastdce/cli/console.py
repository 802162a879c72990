"""What is shown: results on standard output, words about the work on standard error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from breastdce.cli.as_json import print_json
from breastdce.cli.results import results_console
from breastdce.cli.shown import shown
from breastdce.core.codes import Code, FileCode
from breastdce.core.counted import counted

if TYPE_CHECKING:
    from breastdce.dataset.validate import Problem
    from breastdce.run.demo import Demo
    from breastdce.run.job import JobSummary
    from breastdce.run.survey import Survey

_FILES_SHOWN = 5
_NOTHING = "Nothing to do."


def _show_remedies(console: Console, codes: Iterable[Code]) -> None:
    """Say what to do about each reason, once."""
    for code in dict.fromkeys(codes):
        console.print(f"  do:   {code}: {code.remedy}", markup=False)


def show_run(summary: JobSummary, *, as_json: bool) -> None:
    """Print what a run has done, or would do."""
    if as_json:
        print_json(summary)
        return
    console = results_console()
    if summary.planned:
        planned, files = counted(len(summary.planned), "exam"), counted(summary.files, "file")
        console.print(f"Would do {planned} from {files}; what is done is not done again:")
        console.print(f"  steps: {', '.join(summary.steps)}", highlight=False)
        for name in summary.planned:
            console.print(f"  {name}", highlight=False)
    elif summary.nothing_to_do:
        console.print(f"Nothing to do for {counted(len(summary.outcomes), 'exam')}: up to date.")
    elif summary.outcomes:
        done = sum(outcome.in_dataset for outcome in summary.outcomes)
        exams = counted(len(summary.outcomes), "exam")
        console.print(f"done: {done} of {exams}, in {escape(shown(str(summary.out)))}")
    else:
        console.print("No exam with a dynamic series was found; see `breastdce scan`.")
    if summary.absent:
        patients = counted(summary.absent, "patient")
        console.print(f"Without such an exam here: {patients} of the cohort.")
    from breastdce.run.naming import exam_name

    for row in summary.refused:
        words = (
            f"not used: {exam_name(row) or 'n/a'}  {row.code}: {row.code.meaning} {row.evidence}"
        )
        console.print(words.rstrip(), markup=False)
    _show_remedies(console, (row.code for row in summary.refused))
    unread = [row.n_files for row in summary.exclusions if row.code is FileCode.CODEC_MISSING]
    if unread:
        code, files = FileCode.CODEC_MISSING, counted(sum(unread), "file")
        console.print(
            f"not read: {files}  {code}: {code.meaning} {code.remedy}", markup=False, soft_wrap=True
        )


def show_problems(out: Path, problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print what a data set does not keep of its promises."""
    if as_json:
        print_json(list(problems))
        return
    console = results_console()
    for remedy, alike in groupby(problems, lambda problem: problem.remedy):
        for problem in alike:
            console.print(f"{problem.promise}: {problem.path}: {problem.what}", markup=False)
            console.print(f"  seen: {problem.evidence}", markup=False)
        console.print(f"  do:   {remedy}", markup=False)
    verdict = counted(len(problems), "problem") if problems else "valid: every promise holds"
    console.print(f"{out}: {verdict}", markup=False)


def show_where(demo: Demo) -> None:
    """Say where to look after the demo."""
    console = results_console()
    console.print()
    for label, path in demo.places:
        console.print(f"{label:<12} {path}", markup=False, highlight=False, soft_wrap=True)


def show_survey(found: Survey, *, as_json: bool) -> None:
    """Explain what a tree holds: exams with their phases, then everything else with its code."""
    if as_json:
        print_json({"files": found.records, **msgspec.structs.asdict(found.findings)})
        return
    console = results_console()
    _show_exams(console, found)
    _show_left_out(console, found)
    _show_files(console, found)
    _show_count(console, found)


def _show_exams(console: Console, found: Survey) -> None:
    for exam in found.findings.exams:
        console.print(
            f"[bold]{escape(shown(exam.patient_id) or '(no patient id)')}[/bold]", end="  "
        )
        console.print(
            f"study {shown(exam.study_uid)}", markup=False, highlight=False, soft_wrap=True
        )
        table = Table(box=None, pad_edge=False, padding=(0, 2))
        for name in ("phase", "role", "series", "slices", "start s", "effective s"):
            table.add_column(name, justify="right" if name != "role" else "left")
        for index, phase in enumerate(exam.phases):
            times = (phase.start_s, phase.effective_s)
            words = ["n/a" if time is None else f"{time:.1f}" for time in times]
            number = "n/a" if phase.series_number is None else str(phase.series_number)
            table.add_row(str(index), phase.role.value, number, str(len(phase.slices)), *words)
        console.print(table)
        for sentence in exam.evidence:
            console.print(f"  why: {sentence}", markup=False)
        for caveat in exam.caveats:
            detail = ", ".join(f"{key} {value}" for key, value in caveat.detail.items())
            console.print(f"  mind: {caveat.code} {caveat.code.meaning} {detail}", markup=False)
        console.print()


def _show_left_out(console: Console, found: Survey) -> None:
    for note in found.findings.exam_notes:
        words = f"{note.patient_id}: not used: {note.code}: {note.code.meaning} {note.evidence}"
        console.print(shown(words), markup=False)
        console.print(f"  study {shown(note.study_uid)}", markup=False, highlight=False)
    _show_remedies(console, (note.code for note in found.findings.exam_notes))
    if not found.findings.series_notes:
        return
    table = Table(title="Series that are no phase", title_justify="left", box=None)
    for name in ("patient", "series", "description", "images", "code", "evidence"):
        table.add_column(name, overflow="fold")
    for series in found.findings.series_notes:
        table.add_row(
            *(
                escape(shown(text))
                for text in (
                    series.patient_id,
                    "n/a" if series.series_number is None else str(series.series_number),
                    series.series_description,
                    str(series.n_images),
                    str(series.code),
                    series.evidence,
                )
            )
        )
    console.print(table)


def _show_files(console: Console, found: Survey) -> None:
    counts = Counter(record.code for record in found.records)
    console.print(f"\n{counted(len(found.records), 'file')}")
    for code in FileCode:
        if not counts[code]:
            continue
        console.print(f"  {counts[code]:>6} {code}: {code.meaning}", markup=False)
        if code is FileCode.OK:
            continue
        paths = [record.path for record in found.records if record.code is code]
        for path in paths[:_FILES_SHOWN]:
            console.print(
                f"           {shown(path)}", markup=False, highlight=False, soft_wrap=True
            )
        if len(paths) > _FILES_SHOWN:
            console.print(f"           and {len(paths) - _FILES_SHOWN} more (--json lists all)")
        if code.remedy != _NOTHING:
            console.print(f"         do: {code.remedy}", markup=False)


def _show_count(console: Console, found: Survey) -> None:
    """Say last, where a terminal stands, how many exams there are."""
    refused = Counter(note.code for note in found.findings.exam_notes)
    reasons = ", ".join(f"{count} {code}" for code, count in refused.items())
    words = f"\n{counted(len(found.findings.exams), 'exam')} can be used"
    console.print(f"{words}; not used: {reasons}" if reasons else words, highlight=False)
