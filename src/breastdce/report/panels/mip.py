"""Maximum intensity projection of the early enhancement in three directions."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup
from PIL import Image

from breastdce.report.color import gray
from breastdce.report.figure import Picture, picture_row
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut, Plane, planes
from breastdce.report.subtraction import projection, projection_window, subtraction
from breastdce.report.view import ExamView


def mip_pictures(view: ExamView) -> list[Picture]:
    """One projection for each plane, the shadow of the FTV outlined."""
    difference = subtraction(view.post1.volume, view.pre.volume)
    shown = [(plane, projection(difference, plane, view.crop)) for plane in planes(difference.grid)]
    window = projection_window([image for _, image in shown])
    return [_picture(view, plane, Image.fromarray(gray(image, window))) for plane, image in shown]


def render(view: ExamView) -> Markup:
    return fill("mip.html", pictures=picture_row(mip_pictures(view)))


def _picture(view: ExamView, plane: Plane, layer: Image.Image) -> Picture:
    first = view.crop[plane.normal].start  # any slice: only its frame is used
    shadow = view.ftv.data[view.crop].any(axis=plane.normal)
    name = f"{plane.name.capitalize()} projection"
    return Picture(
        Cut(plane, view.ftv.grid, first, view.crop),
        (layer,),
        alt=f"{name} of the early enhancement, shadow of the FTV outlined.",
        caption=name,
        outlines=(("ftv-line", plane.lay_out(np.asarray(shadow))),),
    )


PANEL = Panel("mip", "Maximum intensity projection (MIP)", (), "", render)
