"""Outline of the functional tumor volume on the native grid, in three planes."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.slices import lesion_cuts
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    window = view.window
    pictures = [
        Picture(
            cut,
            (signal_layer(cut, view.post1.volume, window),),
            alt=f"Outline of the FTV on the first post-contrast phase. {cut.label}.",
            caption=cut.label,
            outlines=(("ftv-line", cut.take(view.ftv.data)),),
        )
        for cut in lesion_cuts(view.ftv, view.crop)
    ]
    empty = not view.ftv.data.any()
    return fill("outline.html", pictures=picture_row(pictures), kind="ftv", empty=empty)


PANEL = Panel("ftv", "Functional tumor volume (FTV)", (), "", render)
