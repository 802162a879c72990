"""Regions of interest that the program proposed: boxes over the enhancement, and their ranks."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from breastdce.core.exam import Box
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut, planes
from breastdce.report.view import ExamView
from breastdce.report.words import decimal

_SIDES = {"R": "Right", "L": "Left"}


def render(view: ExamView) -> Markup:
    first = view.proposals[0].box
    cuts = [
        Cut(
            plane,
            view.ftv.grid,
            (first.first[plane.normal] + first.last[plane.normal]) // 2,
            view.crop,
        )
        for plane in planes(view.ftv.grid)
    ]
    rows = [
        (
            str(rank),
            _SIDES[one.side],
            _words(one.box),
            decimal(one.ml),
            decimal(one.score),
        )
        for rank, one in enumerate(view.proposals, start=1)
    ]
    return fill(
        "proposals.html", pictures=picture_row([_picture(view, c) for c in cuts]), rows=rows
    )


def _picture(view: ExamView, cut: Cut) -> Picture:
    outlines = [
        ("voi-line" if rank == 0 else "voi-line other", cut.take(_inside(one.box, view)))
        for rank, one in enumerate(view.proposals)
    ]
    alt = f"Proposed regions on the first post-contrast phase. {cut.label}."
    layer = signal_layer(cut, view.post1.volume, view.window)
    return Picture(cut, (layer,), alt=alt, caption=cut.label, outlines=outlines)


def _inside(box: Box, view: ExamView) -> NDArray[np.bool_]:
    inside = np.zeros(view.ftv.grid.shape, np.bool_)
    i, j, k = (slice(a, b + 1) for a, b in zip(box.first, box.last, strict=True))
    inside[i, j, k] = True
    return inside


def _words(box: Box) -> str:
    return ", ".join(f"{n} {a}-{b}" for n, a, b in zip("ijk", box.first, box.last, strict=True))


PANEL = Panel(
    "proposals",
    "Proposed region of interest",
    ("proposals",),
    "The region of interest was given, or no place enhances densely enough to propose one.",
    render,
)
