"""In which order a person should look at the masks of a data set: the most doubtful first."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from breastdce.dataset.layout import STV_BEST_FIRST
from breastdce.dataset.trust_table import read_trust


class ReviewLine(NamedTuple):
    """One mask on the list."""

    exam: str
    mask: str
    chance_bad: float | None
    """None for an empty mask."""
    raised_by: str | None
    """Input that raises the chance most, a name of `dataset.trust_table.INPUTS`."""


def review_order(out: Path) -> tuple[ReviewLine, ...]:
    """Best mask of each exam of a data set, empty masks first, then by falling chance.

    Equal chances are in order of exam. Who has been looked at already is not known here: an exam
    with a person's mask that is empty or came later than the tables has the line of another mask.
    """
    best: dict[str, ReviewLine] = {}
    for row in read_trust(out):
        exam, chance, raised = str(row["exam_id"]), row["chance_bad"], row["raised_by"]
        line = ReviewLine(
            exam=exam,
            mask=str(row["mask"]),
            chance_bad=None if chance is None else float(chance),
            raised_by=None if raised is None else str(raised),
        )
        if exam not in best or _place(line.mask) < _place(best[exam].mask):
            best[exam] = line
    return tuple(sorted(best.values(), key=_doubt))


def _place(mask: str) -> int:
    return [name.value for name in STV_BEST_FIRST].index(mask)


def _doubt(line: ReviewLine) -> tuple[float, str]:
    return (-2.0 if line.chance_bad is None else -line.chance_bad, line.exam)
