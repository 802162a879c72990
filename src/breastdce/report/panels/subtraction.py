"""What the signal gained: first and late phase minus the one before contrast."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.core.volume import Volume
from breastdce.report.color import Window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut
from breastdce.report.slices import lesion_cuts
from breastdce.report.subtraction import enhancement_window, subtraction
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    _, early, late = view.phase_indices
    first = subtraction(view.phases[early].volume, view.pre.volume)
    second = subtraction(view.phases[late].volume, view.pre.volume)
    window = enhancement_window(first, view.crop)
    cuts = lesion_cuts(view.ftv, view.crop)
    return fill(
        "subtraction.html",
        rows=[
            (
                f"{name} minus pre-contrast",
                picture_row([_picture(c, d, window, name) for c in cuts]),
            )
            for name, d in (("First post-contrast", first), ("Late", second))
        ],
        moved="motion" in view.reports,
    )


def _picture(cut: Cut, difference: Volume, window: Window, name: str) -> Picture:
    layer = signal_layer(cut, difference, window)
    alt = f"{name} phase minus the pre-contrast phase. {cut.label}."
    return Picture(cut, (layer,), alt=alt, caption=cut.label)


PANEL = Panel("subtraction", "Subtraction", (), "", render)
