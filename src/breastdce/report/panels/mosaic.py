"""The whole exam in three planes, slice by slice."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.mosaic import mosaic, shown_slices
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import fullest_slice, planes
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    shown = [
        (plane, shown_slices(plane, view.crop, fullest_slice(view.ftv.data, plane.normal)))
        for plane in planes(view.ftv.grid)
    ]
    return fill("mosaic.html", mosaics=[mosaic(view, plane, slices) for plane, slices in shown])


PANEL = Panel("mosaic", "Mosaics", (), "", render)
