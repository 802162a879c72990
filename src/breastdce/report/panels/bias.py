"""What bias correction did to the images, to the phases, and to enhancement."""

from __future__ import annotations

import math

import numpy as np
from markupsafe import Markup

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.report.bias_field import TOP, FieldView, field_layer, field_on, field_view
from breastdce.report.chart import ramp_scale
from breastdce.report.color import shared_window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut
from breastdce.report.slices import body_crop, lesion_cuts
from breastdce.report.view import ExamView
from breastdce.report.words import count, decimal, number

_NAMES = ("pre-contrast", "early", "late")


def render(view: ExamView) -> Markup:
    bias = view.bias
    if bias is None:  # the panel is then not rendered; see `needs`
        return Markup("")
    means = bias.mean_log_field
    rows = [
        # Dividing by a larger field makes a phase darker.
        (name, f"{mean:+.3f}", f"{math.exp(means[0] - mean):.3f}")
        for name, mean in zip(_NAMES, means, strict=True)
    ]
    return fill(
        "bias.html",
        field=_field(view),
        rows=rows,
        rescaled=len(set(means)) > 1,
        tissue=count(bias.tissue_voxels),
        percent=f"{bias.pe_percent:g}",
        before=count(bias.enhancing_before),
        after=count(bias.enhancing_after),
        pe=decimal(bias.pe_change_sd, 1),
        ser=decimal(bias.ser_change_sd, 2),
    )


def field_pictures(view: ExamView) -> tuple[list[Picture], FieldView] | None:
    """Before, after and field in the acquired plane, the field in the other two."""
    sd, mean = number(view.row, "zscore_sd"), number(view.row, "zscore_mean")
    if view.image_pre is None or not sd or mean is None:
        return None
    found = field_view(view.pre.volume, view.image_pre, mean, sd)
    if found is None:
        return None
    window = shared_window([found.corrected])
    crop = body_crop(found.corrected, window)
    cuts = lesion_cuts(view.stv or _nothing(found.corrected.grid), crop)
    before = signal_layer(cuts[0], found.raw, shared_window([found.raw]))
    after = signal_layer(cuts[0], found.corrected, window)
    shown = [
        Picture(
            cuts[0], (layer,), alt=f"{name}. {cuts[0].label}.", caption=f"{name}. {cuts[0].label}"
        )
        for name, layer in (("Before correction", before), ("After correction", after))
    ]
    return shown + [_field_picture(found, cut) for cut in cuts], found


def _nothing(grid: Grid) -> Mask:
    """Without a lesion the central slices are shown."""
    return Mask(np.zeros(grid.shape, np.bool_), grid)


def _field_picture(found: FieldView, cut: Cut) -> Picture:
    return Picture(
        cut,
        (field_layer(field_on(found, cut)),),
        alt=f"Bias field of the pre-contrast phase. {cut.label}.",
        caption=f"Field. {cut.label}",
    )


def _field(view: ExamView) -> dict[str, object] | None:
    made = field_pictures(view)
    if made is None:
        return None
    pictures, found = made
    places = [(0.5 + math.log(x) / (2 * math.log(TOP)), x) for x in (1 / TOP, 0.5, 1.0, 2.0, TOP)]
    ticks = [(place, f"{value:.2g}") for place, value in places]
    return {
        "pictures": (picture_row(pictures[:3]), picture_row(pictures[3:])),
        "scale": ramp_scale(ticks, [place for place, _ in places[1:4]], alt="Scale of the field"),
        "low": decimal(found.low, 2),
        "high": decimal(found.high, 2),
    }


PANEL = Panel(
    "bias",
    "Bias correction",
    ("bias",),
    "The recipe corrects no bias field.",
    render,
    images=("image_pre",),
)
