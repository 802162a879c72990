"""Words about a cohort: the counts after each rule, and what to know before passing files on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from breastdce.cli.as_json import print_json
from breastdce.cli.results import results_console
from breastdce.core.counted import counted
from breastdce.run.cohort_pages import PRIVATE
from breastdce.run.cohort_tables import Cohort


def show_cohort(dest: Path, cohort: Cohort, files: Sequence[str], *, as_json: bool) -> None:
    """Print the flow in numbers, problems by code, and where the files are."""
    if as_json:
        print_json(_plain(dest, cohort, files))
        return
    console = results_console()
    _show_flow(console, cohort)
    if cohort.other_visits:
        console.print(_nobody(cohort), markup=False, highlight=False)
    for entry in cohort.ledger.kept:
        words = f"kept by exception: {entry.patient_id} ({entry.code}): {entry.reason}"
        console.print(words, markup=False, highlight=False)
    for line in _differences(cohort):
        console.print(line, markup=False, highlight=False)
    counts = Counter(problem.code for problem in cohort.problems)
    if counts:
        problems = counted(counts.total(), "problem")
        console.print(f"\n{problems} of the clinical table (clinical_problems.tsv):")
        for code, count in counts.most_common():
            console.print(f"  {count:>6} {code}: {code.meaning}", markup=False, highlight=False)
    if cohort.nameless:
        console.print(f"Not counted: {counted(cohort.nameless, 'exam')} without a patient's name.")
    if cohort.is_private:
        console.print(f"\nmind: {PRIVATE}", markup=False)
    page = dest / "index.html"
    console.print(f"\n{page}", markup=False, highlight=False, soft_wrap=True)


def _show_flow(console: Console, cohort: Cohort) -> None:
    ledger = cohort.ledger
    table = Table(title=escape(cohort.book.title), title_justify="left", box=None, pad_edge=False)
    table.add_column("rule")
    table.add_column("code")
    for name in ("excluded", "remain", "reference"):
        table.add_column(name, justify="right")
    table.add_row("Patients known", "", "", str(ledger.start), _shown(cohort.book.reference))
    for step in ledger.steps:
        rule = step.rule
        numbers = (str(step.excluded), str(step.remaining), _shown(rule.reference))
        table.add_row(escape(rule.label), rule.code.value, *numbers)
    console.print(table)
    patients = counted(ledger.start, "patient")
    console.print(f"In the cohort: {len(ledger.included)} of {patients}.")


def _nobody(cohort: Cohort) -> str:
    found = ", ".join(f"{name} ({count})" for name, count in cohort.other_visits.items())
    return (
        f"mind: no exam is of the visit {cohort.book.visit} that the rules ask for; "
        f'there are: {found}. Give `visit = "..."` in rules of your own.'
    )


def _differences(cohort: Cohort) -> list[str]:
    tables = (cohort.table1, cohort.table2)
    return [
        f"{table.title}: {counted(table.differences, 'figure')} unlike the reference"
        for table in tables
        if table is not None and table.differences
    ]


def _shown(reference: int | None) -> str:
    return "" if reference is None else str(reference)


def _plain(dest: Path, cohort: Cohort, files: Sequence[str]) -> dict[str, object]:
    ledger = cohort.ledger
    return {
        "dest": str(dest),
        "rules": cohort.book.name,
        "known": ledger.start,
        "included": len(ledger.included),
        "reference": cohort.book.reference,
        "steps": [
            {
                "code": step.rule.code,
                "label": step.rule.label,
                "excluded": step.excluded,
                "kept_by_exception": step.kept,
                "remaining": step.remaining,
                "reference": step.rule.reference,
            }
            for step in ledger.steps
        ],
        "exceptions": [
            {"patient_id": entry.patient_id, "code": entry.code, "reason": entry.reason}
            for entry in ledger.kept
        ],
        "unneeded_exceptions": [
            {"patient_id": patient, "code": code} for patient, code in ledger.unneeded
        ],
        "problems": Counter(problem.code.value for problem in cohort.problems),
        "differences": {
            name: None if table is None else table.differences
            for name, table in (("table1", cohort.table1), ("table2", cohort.table2))
        },
        "nameless_exams": cohort.nameless,
        "not_for_sharing": cohort.is_private,
        "files": list(files),
    }
