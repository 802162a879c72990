"""What bias correction did to the phases, and to enhancement."""

from __future__ import annotations

import math

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import count, decimal

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
        rows=rows,
        rescaled=len(set(means)) > 1,
        tissue=count(bias.tissue_voxels),
        percent=f"{bias.pe_percent:g}",
        before=count(bias.enhancing_before),
        after=count(bias.enhancing_after),
        pe=decimal(bias.pe_change_sd, 1),
        ser=decimal(bias.ser_change_sd, 2),
    )


PANEL = Panel("bias", "Bias correction", ("bias",), "The recipe corrects no bias field.", render)
