"""A problem of a clinical table: where, what, and what to do; nothing private is repeated."""

from __future__ import annotations

import re
from typing import NamedTuple

from breastdce.cohort.values import text_of
from breastdce.core.codes import ClinicalCode
from breastdce.core.sheet import CellFault, RawCell

# Short numbers only: eight digits may be a date of birth, and text may be a name.
_HARMLESS = re.compile(r"[-+]?[0-9]{1,6}([.,][0-9]{1,6})? ?%?")


class Problem(NamedTuple):
    """One line of clinical_problems.tsv."""

    sheet: str
    row: int | None
    """In the file, counted from 1; None where it is about a patient or a column."""
    column: str | None
    """Published name, or the header of the patient's column."""
    patient_id: str | None
    code: ClinicalCode
    value: str | None = None
    """What the cell holds, where that is a short number."""


def echo(cell: RawCell) -> str | None:
    """Repeat a cell's value where it cannot tell who somebody is."""
    if isinstance(cell, CellFault):
        return None
    text = text_of(cell)
    return text if _HARMLESS.fullmatch(text) else None
