"""Percent enhancement and SER through the lesion, in the acquired plane."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from breastdce.report.chart import pe_scale
from breastdce.report.color import SER_CLASSES, ser_class
from breastdce.report.figure import Picture, pe_layer, picture_row, ser_layer, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut
from breastdce.report.slices import lesion_stack
from breastdce.report.view import ExamView
from breastdce.report.words import decimal, number, share


def render(view: ExamView) -> Markup:
    cuts = lesion_stack(view.ftv, view.crop)
    threshold = number(view.row, "pe_threshold_percent")
    return fill(
        "maps.html",
        pe=picture_row([_pe_picture(view, cut) for cut in cuts]),
        ser=picture_row([_ser_picture(view, cut) for cut in cuts]),
        scale=pe_scale(threshold),
        threshold=decimal(threshold, 0),
        legend=_ser_legend(view),
        empty=not view.ftv.data.any(),
    )


def _pe_picture(view: ExamView, cut: Cut) -> Picture:
    alt = f"Map of percent enhancement. {cut.label}."
    return Picture(cut, (pe_layer(cut, view.pe),), alt=alt, caption=cut.label)


def _ser_picture(view: ExamView, cut: Cut) -> Picture:
    base = signal_layer(cut, view.post1.volume, view.window)
    alt = f"Classes of SER inside the FTV over the first post-contrast phase. {cut.label}."
    return Picture(cut, (base, ser_layer(cut, view.ser, view.ftv)), alt=alt, caption=cut.label)


def _ser_legend(view: ExamView) -> list[tuple[str, str, str, str, str]]:
    """Color, name, cuts, volume and share of each class inside the FTV."""
    inside = ser_class(view.ser.data.T[view.ftv.data.T])
    voxels = np.bincount(inside, minlength=len(SER_CLASSES) + 1)[1:]
    total = int(np.count_nonzero(view.ftv.data))
    return [
        (
            f"#{bytes(entry.color).hex()}",
            entry.name,
            entry.label,
            decimal(n * view.ftv.grid.voxel_ml),
            share(n, total),
        )
        for entry, n in zip(SER_CLASSES, voxels.tolist(), strict=True)
    ]


PANEL = Panel("maps", "Enhancement maps", (), "", render)
