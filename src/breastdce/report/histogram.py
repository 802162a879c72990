"""Shares of voxels by intensity, one line a phase, on bins that the phases share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from breastdce.core.grid import FloatArray
from breastdce.core.volume import Volume
from breastdce.report.color import shared_window
from breastdce.report.line_chart import Axis, Line, Size, line_chart
from breastdce.report.slices import BODY_LEVEL

_BINS = 64
_ENDS = (0.5, 99.5)  # percentiles of all phases: beyond lie single voxels
_SAMPLES = 10_000  # enough to see whether values are whole numbers
_MOST_VOXELS = 500_000  # shares are then within 0.1 % of what all voxels give: a line's width
_SIZE = Size(480.0, 270.0)
PHASES = (("pre", "pre-contrast"), ("early", "early"), ("late", "late"))
"""CSS class and name of each line, in order."""


def body_histograms(images: Sequence[Volume]) -> tuple[tuple[float, ...], list[tuple[float, ...]]]:
    """Centers of the bins, and for each image the percent of its body voxels in each bin.

    Body voxels are those that are brighter than air in the second image, the same for all; of
    large images, every second, third, ... voxel.
    """
    window = shared_window(images)
    flat = [image.data.ravel(order="K") for image in images]
    step = max(1, flat[1].size // _MOST_VOXELS)
    shown = [data[::step] for data in flat]
    bright = shown[1] > window.low + BODY_LEVEL * (window.high - window.low)
    values = [data[bright] for data in shown]
    pooled = np.concatenate(values) if bright.any() else np.zeros(1, np.float32)
    low, high = (float(end) for end in np.percentile(pooled, _ENDS))
    edges = _edges(low, high, whole=bool((pooled[:_SAMPLES] % 1 == 0).all()))
    shares = [
        tuple((100.0 * np.histogram(one, edges)[0] / max(one.size, 1)).tolist()) for one in values
    ]
    return tuple(((edges[1:] + edges[:-1]) / 2).tolist()), shares


def _edges(low: float, high: float, *, whole: bool) -> FloatArray:
    """Ends of equal bins; of whole numbers each bin takes equally many, or it would be a comb."""
    if not whole:
        return np.linspace(low, max(high, low + 1e-6), _BINS + 1)
    step = max(1, -(-int(high - low + 1) // _BINS))
    bins = max(1, math.ceil((high - low + 1) / step))
    edges: FloatArray = math.floor(low) - 0.5 + step * np.arange(bins + 1, dtype=np.float64)
    return edges


def histogram_chart(images: Sequence[Volume], *, x_title: str) -> Markup:
    """Draw the histograms of pre-contrast, early and late image."""
    centers, shares = body_histograms(images)
    lines = [Line(css, share) for (css, _), share in zip(PHASES, shares, strict=True)]
    peaks = "; ".join(
        f"{name} {centers[int(np.argmax(share))]:.3g}"
        for (_, name), share in zip(PHASES, shares, strict=True)
    )
    alt = f"Histograms of {x_title.lower()}. Most frequent: {peaks}."
    return line_chart(Axis(x_title, centers), lines, y_title="Voxels (%)", alt=alt, size=_SIZE)
