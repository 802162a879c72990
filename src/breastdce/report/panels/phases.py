"""The same slices in every phase, in one window."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut
from breastdce.report.slices import lesion_cuts
from breastdce.report.view import ExamView
from breastdce.report.words import decimal, role


def render(view: ExamView) -> Markup:
    crop = view.crop
    cuts = lesion_cuts(view.ftv, crop)
    rows = [(cut.label, _row(view, cut, view.phase_indices)) for cut in cuts]
    others = [i for i in range(len(view.phases)) if i not in view.phase_indices]
    if others:
        rows.insert(
            1, (f"{cuts[0].label}, phases that maps do not use", _row(view, cuts[0], others))
        )
    return fill("phases.html", rows=rows, empty=not view.ftv.data.any())


def phase_pictures(view: ExamView) -> list[Picture]:
    """The phases that the maps use, in the acquired plane."""
    cut = lesion_cuts(view.ftv, view.crop)[0]
    return [_picture(view, cut, index) for index in view.phase_indices]


def _row(view: ExamView, cut: Cut, indices: tuple[int, ...] | list[int]) -> Markup:
    return picture_row([_picture(view, cut, index) for index in indices])


def _picture(view: ExamView, cut: Cut, index: int) -> Picture:
    phase = view.phases[index]
    layer = signal_layer(cut, phase.volume, view.window)
    time = "time unknown" if phase.delay_s is None else f"{decimal(phase.delay_s, 0)} s"
    return Picture(
        cut,
        (layer,),
        alt=f"Phase {index}, {role(phase.role.value)}. {cut.label}.",
        caption=f"Phase {index}: {role(phase.role.value)}, {time}",
    )


PANEL = Panel("phases", "Phases", (), "", render)
