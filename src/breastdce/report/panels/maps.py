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
from breastdce.report.slices import around, lesion_cuts, lesion_stack
from breastdce.report.view import ExamView
from breastdce.report.words import decimal, number, share

_MARGIN_MM = 10.0


def render(view: ExamView) -> Markup:
    threshold = number(view.row, "pe_threshold_percent")
    return fill(
        "maps.html",
        pe=picture_row(pe_pictures(view)),
        ser=picture_row(ser_pictures(view)),
        classes=_each_class(view),
        scale=pe_scale(threshold),
        threshold=decimal(threshold, 0),
        legend=_ser_legend(view),
        empty=not view.ftv.data.any(),
    )


def pe_pictures(view: ExamView) -> list[Picture]:
    """Percent enhancement in slices through the lesion."""
    return [_pe_picture(view, cut) for cut in lesion_stack(view.ftv, view.crop)]


def ser_pictures(view: ExamView) -> list[Picture]:
    """Classes of SER in the same slices."""
    return [_ser_picture(view, cut) for cut in lesion_stack(view.ftv, view.crop)]


def _pe_picture(view: ExamView, cut: Cut) -> Picture:
    alt = f"Map of percent enhancement. {cut.label}."
    return Picture(cut, (pe_layer(cut, view.pe),), alt=alt, caption=cut.label)


def _ser_picture(view: ExamView, cut: Cut) -> Picture:
    base = signal_layer(cut, view.post1.volume, view.window)
    alt = f"Classes of SER inside the FTV over the first post-contrast phase. {cut.label}."
    return Picture(cut, (base, ser_layer(cut, view.ser, view.ftv)), alt=alt, caption=cut.label)


def _each_class(view: ExamView) -> Markup | None:
    """Each class by itself in the fullest slice, for readers who do not tell colors apart."""
    if not view.ftv.data.any():
        return None
    cut = lesion_cuts(view.ftv, around(view.ftv, _MARGIN_MM))[0]
    kinds = np.where(cut.take(view.ftv.data), ser_class(cut.take(view.ser.data)), 0)
    base = signal_layer(cut, view.post1.volume, view.window)
    return picture_row(
        [
            Picture(
                cut,
                (base,),
                alt=f"SER {entry.label} ({entry.name}) in the FTV. {cut.label}.",
                caption=f"{entry.name}: SER {entry.label}",
                outlines=(("voi-line", kinds == number_),),
            )
            for number_, entry in enumerate(SER_CLASSES, start=1)
        ]
    )


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
