"""The four numbers that a reader looks for first."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import NOT_AVAILABLE, count, decimal, number, share, text


def render(view: ExamView) -> Markup:
    row = view.row
    ftv, stv = number(row, "ftv_ml"), number(row, "stv_ml")
    source = text(row, "stv_source")
    tiles = (
        ("FTV", decimal(ftv), "mL", _voxels(number(row, "ftv_voxels"))),
        (
            "Washout",
            share(number(row, "ser_washout_ml"), ftv),
            "",
            "of the FTV, by signal enhancement ratio",
        ),
        (
            "STV",
            decimal(stv),
            "mL" if stv is not None else "",
            "no mask" if source == NOT_AVAILABLE else source,
        ),
        (
            "Phases",
            str(len(view.phases)),
            "",
            "used: " + ", ".join(str(index) for index in view.phase_indices),
        ),
    )
    return fill("summary.html", tiles=tiles)


def _voxels(many: float | None) -> str:
    return f"{count(many)} voxel{'' if many == 1 else 's'}"


PANEL = Panel("summary", "Summary", (), "", render)
