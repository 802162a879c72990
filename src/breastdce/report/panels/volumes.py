"""All volumes of the exam with what they were measured by."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import count, decimal, number, share, text, voi

_CLASSES = (
    ("FTV, washout (SER above plateau)", "ser_washout_ml"),
    ("FTV, plateau", "ser_plateau_ml"),
    ("FTV, persistent (SER below plateau)", "ser_persistent_ml"),
)


def render(view: ExamView) -> Markup:
    row = view.row
    ftv = number(row, "ftv_ml")
    volumes = [
        ("FTV", decimal(ftv, 3), count(number(row, "ftv_voxels")), ""),
        *(
            (name, decimal(number(row, column), 3), "", share(number(row, column), ftv))
            for name, column in _CLASSES
        ),
        ("STV", decimal(number(row, "stv_ml"), 3), count(number(row, "stv_voxels")), ""),
    ]
    threshold = number(row, "pe_threshold_percent")
    measured_by = (
        ("Least enhancement", "n/a" if threshold is None else f"PE ≥ {threshold:g} %"),
        ("Region of interest", voi(text(row, "voi"))),
        ("STV mask", text(row, "stv_source")),
    )
    return fill("volumes.html", volumes=volumes, measured_by=measured_by)


PANEL = Panel("volumes", "Volumes", (), "", render)
