"""What `scan --index` shows: a line for each exam, and how many have which reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from breastdce.cli.as_json import print_json
from breastdce.cli.results import results_console
from breastdce.cli.shown import shown
from breastdce.core.counted import counted

if TYPE_CHECKING:
    from breastdce.ingest.listing.answer import Answer


def show_answers(answers: Sequence[Answer], *, as_json: bool) -> None:
    """Print every exam of an index with its choice."""
    from breastdce.run.dce_table import counts

    if as_json:
        print_json(list(answers))
        return
    console = results_console()
    for answer in answers:
        _show(console, answer)
    words = ", ".join(f"{count} {code}" for code, count in counts(answers).items())
    console.print(f"{counted(len(answers), 'exam')}: {words}", highlight=False)


def _show(console: Console, answer: Answer) -> None:
    from breastdce.run.dce_table import reason_code

    phases = "n/a phases" if answer.n_phases is None else counted(answer.n_phases, "phase")
    facts = "  ".join((answer.study_date or "no date", answer.visit, phases))
    code = reason_code(answer.reason)
    patient, words = (escape(shown(text)) for text in (answer.patient_id, facts))
    console.print(f"[bold]{patient}[/bold]  {words}  {code}", highlight=False)
    for sentence in answer.evidence:
        console.print(f"  {sentence}", markup=False, highlight=False)
    for caveat in answer.caveats:
        console.print(f"  mind: {caveat} {caveat.meaning}", markup=False, highlight=False)
