"""What the curves of the FTV's voxels say, by the names of the OSIPI lexicon."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import count, decimal, number, share

_QUANTITIES = (
    ("peak_enhancement_percent", "Peak enhancement (%)", 1),
    ("time_to_peak_s", "Time to peak, TTP (s)", 0),
    ("wash_in_slope_percent_per_s", "Wash-in slope, WIS (%/s)", 3),
    ("wash_out_slope_percent_per_s", "Wash-out slope, WOS (%/s)", 4),
    ("initial_auc_percent_s", "Initial area under the curve (% s)", 0),
    ("auc_percent_s", "Area under the curve (% s)", 0),
)
"""Column of kinetics.tsv without its end, name, and decimals."""
_TYPES = ("persistent", "plateau", "washout")


def render(view: ExamView) -> Markup:
    row = view.curves
    if row is None:  # the panel is then not rendered; see `needs`
        return Markup("")
    total = number(row, "voxels")
    rows = [
        (
            name,
            decimal(number(row, f"{column}_median"), digits),
            decimal(number(row, f"{column}_mean"), digits),
            decimal(number(row, f"{column}_of_mean_curve"), digits),
            share(number(row, f"{column}_voxels"), total),
        )
        for column, name, digits in _QUANTITIES
    ]
    types = [
        (name, count(number(row, f"{name}_voxels")), share(number(row, f"{name}_voxels"), total))
        for name in _TYPES
    ]
    return fill(
        "kinetics.html", rows=rows, types=types, initial=decimal(number(row, "initial_s"), 0)
    )


PANEL = Panel(
    "kinetics",
    "Description of the curves in the FTV",
    ("curves", "ftv"),
    "The recipe has no step that describes curves, or the FTV is empty.",
    render,
)
