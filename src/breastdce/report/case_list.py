"""Exams in pictures: as a list on the page, and as one sheet for a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from breastdce.report.case_sheet import LINES, picture_sheet
from breastdce.report.color import SER_CLASSES
from breastdce.report.dataset_view import Case
from breastdce.report.figure import picture_row
from breastdce.report.html import fill

_FULL_ROW = 3  # pictures of a case from which it takes a row of its own
_COLUMNS = 4


def case_list(
    cases: Sequence[Case],
    *,
    narrow: bool = False,
    names: Mapping[str, str] | None = None,
    with_ser: bool = False,
) -> Markup:
    """Show cases with their pictures, each linked to its page; at least one.

    Parameters
    ----------
    narrow
        Whether to put several cases beside each other; so are cases of one or two pictures.
    names
        Of outlines, by CSS class, where they are others than `LINES` has.
    with_ser
        Whether pictures show classes of SER, whose colors are then told.
    """
    kinds = {kind for case in cases for picture in case.pictures for kind, _ in picture.outlines}
    narrow = narrow or all(len(case.pictures) < _FULL_ROW for case in cases)
    return fill(
        "dataset/cases.html",
        cases=[(case.exam, case.link, case.words, picture_row(case.pictures)) for case in cases],
        narrow=narrow,
        classes=[(f"#{bytes(c.color).hex()}", c.label) for c in SER_CLASSES if with_ser],
        lines=[(k, (names or {}).get(k, line.name)) for k, line in LINES.items() if k in kinds],
    )


def case_sheet(cases: Sequence[Case]) -> bytes:
    """Put the pictures on one sheet as PNG at 300 dpi, lettered A, B, ... case by case."""
    rows = []
    if any(len(case.pictures) >= _FULL_ROW for case in cases):
        rows = [[(chr(65 + n), p) for p in case.pictures] for n, case in enumerate(cases)]
    else:
        flat = [(chr(65 + n), p) for n, case in enumerate(cases) for p in case.pictures]
        rows = [flat[n : n + _COLUMNS] for n in range(0, len(flat), _COLUMNS)]
    return picture_sheet(rows)
