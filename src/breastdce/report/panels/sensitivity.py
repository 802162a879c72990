"""FTV as a function of its thresholds."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.line_chart import SMALL, WHOLE, Axis, Line, Size, line_chart
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView, SensitivityView, SweepView
from breastdce.report.words import decimal

_Y_TITLE = "FTV (mL)"


def render(view: ExamView) -> Markup:
    shown = view.sensitivity
    if shown is None:  # the panel is then not rendered; see `needs`
        return Markup("")
    return fill(
        "sensitivity.html",
        ser=f"{shown.ser_threshold:g}",
        chart=_chart(shown, shown.pe, "PE threshold (%)", " %", WHOLE),
        others=[
            _chart(shown, shown.background, "Background (% of P95)", " %", SMALL),
            _chart(shown, shown.neighbors, "Neighbors of 26", "", SMALL),
            _ser_chart(shown),
        ],
        rows=[
            (f"{value:g}", decimal(ml), decimal(by_ser))
            for value, ml, by_ser in zip(
                shown.pe.values, shown.pe.ml, shown.pe.ml_by_ser, strict=True
            )
        ],
        used=f"{shown.pe.used:g}",
        change=_change(shown.pe),
    )


def _chart(shown: SensitivityView, sweep: SweepView, title: str, unit: str, size: Size) -> Markup:
    mark = f"used: {decimal(sweep.used, 0)}{unit}"
    lines = (Line("all", sweep.ml), Line("by-ser", sweep.ml_by_ser))
    alt = f"FTV against {title}: " + "; ".join(
        f"{value:g} {ml:.2f} mL" for value, ml in zip(sweep.values, sweep.ml, strict=True)
    )
    axis = Axis(title, sweep.values, sweep.used, mark)
    return line_chart(axis, lines, y_title=_Y_TITLE, alt=alt, size=size)


def _ser_chart(shown: SensitivityView) -> Markup:
    axis = Axis("Least SER", shown.ser_minimum, shown.ser_threshold, f"{shown.ser_threshold:g}")
    alt = "FTV against the least SER: " + "; ".join(
        f"{value:g} {ml:.2f} mL"
        for value, ml in zip(shown.ser_minimum, shown.ml_by_ser_minimum, strict=True)
    )
    line = Line("all", shown.ml_by_ser_minimum)
    return line_chart(axis, (line,), y_title=_Y_TITLE, alt=alt, size=SMALL)


def _change(sweep: SweepView) -> str | None:
    """What the next lower and the next higher threshold would change; None without an FTV."""
    at = sweep.values.index(sweep.used)
    used = sweep.ml[at]
    near = [n for n in (at - 1, at + 1) if 0 <= n < len(sweep.values)]
    if used <= 0 or not near:
        return None
    return " and ".join(
        f"{_signed(100 * (sweep.ml[n] - used) / used)} % at {sweep.values[n]:g} %" for n in near
    )


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + decimal(value, 1)


PANEL = Panel(
    "sensitivity",
    "Sensitivity of the FTV",
    ("sensitivity",),
    "The recipe has no step that varies the thresholds of the FTV.",
    render,
)
