"""Scanner, grid and the table of phases."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.core.exam import TimeZero
from breastdce.core.grid import Grid
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import NOT_AVAILABLE, decimal, number, role, text

_TIMES = " \u00d7 "
_ZERO = {
    TimeZero.INJECTION: "after contrast injection",
    TimeZero.FIRST_POST_START: "after the start of the first post-contrast phase",
    TimeZero.FIRST_PHASE_START: "after the start of the first phase",
    TimeZero.UNKNOWN: "zero point unknown",
}


def render(view: ExamView) -> Markup:
    row = view.row
    field = number(row, "field_strength_t")
    mean, sd = (decimal(number(row, column), 3) for column in ("zscore_mean", "zscore_sd"))
    facts = (
        ("Scanner", f"{text(row, 'manufacturer')}, {text(row, 'manufacturer_model')}"),
        ("Field strength", NOT_AVAILABLE if field is None else f"{field:g} T"),
        ("Native grid", _grid(view.ftv.grid)),
        ("Image grid", NOT_AVAILABLE if view.image is None else _grid(view.image.grid)),
        ("Intensities before z-score", f"mean {mean}, SD {sd} (pooled over 0000 to 0002)"),
    )
    used = {index: name for name, index in enumerate(view.phase_indices)}
    phases = [
        (
            str(index),
            role(phase.role.value),
            decimal(phase.delay_s, 0),
            f"000{used[index]}" if index in used else "not used",
        )
        for index, phase in enumerate(view.phases)
    ]
    return fill("acquisition.html", facts=facts, phases=phases, zero=_ZERO[view.time_zero])


def _grid(grid: Grid) -> str:
    size = _TIMES.join(str(length) for length in grid.shape)
    return f"{size} voxels of {_TIMES.join(f'{mm:.4g}' for mm in grid.spacing_mm)} mm"


PANEL = Panel("acquisition", "Acquisition", (), "", render, images=("image",))
