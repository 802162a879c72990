"""Outline of the structural tumor volume on the 1 mm grid, in three planes."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.color import shared_window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.slices import body_crop, covering, lesion_cuts
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    image, stv = view.image, view.stv
    assert image is not None and stv is not None  # noqa: S101, PT018  # both are in `needs`
    window = shared_window([image])
    crop = covering(body_crop(image, window), stv)
    pictures = [
        Picture(
            cut,
            (signal_layer(cut, image, window),),
            alt=f"Outline of the STV on the normalized 1 mm image. {cut.label}.",
            caption=cut.label,
            outlines=(("stv-line", cut.take(stv.data)),),
        )
        for cut in lesion_cuts(stv, crop)
    ]
    return fill("outline.html", pictures=picture_row(pictures), kind="stv", empty=False)


PANEL = Panel(
    "stv",
    "Structural tumor volume (STV)",
    ("image", "stv"),
    "There is no structural tumor volume for this exam, so nothing is outlined here.",
    render,
    images=("image",),
)
