"""Motion between the phases: what was found, what was done, and the difference before and after.

The corrected phase itself is no file of the data set. Its difference to the pre-contrast phase is
shown on the 1 mm images, which are made from it: in units of their z-score, as is the one before.
"""

from __future__ import annotations

import msgspec
import numpy as np
from markupsafe import Markup

from breastdce.core.grid import Grid
from breastdce.report.color import Window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut
from breastdce.report.slices import lesion_cuts
from breastdce.report.view import ExamView
from breastdce.report.words import NOT_AVAILABLE, decimal, number

_WINDOW_PERCENTILE = 99.0  # of the absolute difference inside the body: lesions may be clipped
_VERDICTS = {
    "reference": "reference",
    "still": "no motion worth a correction; left as it is",
    "rigid": "moved back rigidly",
    "deformed": "moved back with a deformation",
    "reverted": "motion found, correction failed its test; left as it is",
}


class _Fit(msgspec.Struct):
    residual: float | None
    information_nats: float | None
    enhancing_ml: float


class _Change(msgspec.Struct):
    displacement_median_mm: float
    displacement_p99_mm: float
    jacobian_p1: float
    jacobian_p99: float
    lesion_change: float


class _Phase(msgspec.Struct):
    phase: int
    verdict: str
    before: _Fit | None
    after: _Fit | None
    change: _Change | None


class _Motion(msgspec.Struct):
    """What the page needs of the step's report."""

    reference: int
    mask_source: str
    phases: list[_Phase]


def render(view: ExamView) -> Markup:
    motion = msgspec.convert(view.reports["motion"], _Motion)
    moved = [phase for phase in motion.phases if phase.verdict in ("rigid", "deformed")]
    return fill(
        "motion.html",
        words=[_words(phase) for phase in motion.phases if phase.phase != motion.reference],
        mask=motion.mask_source,
        rows=[row for phase in motion.phases if phase.before for row in _rows(phase)],
        pictures=_pictures(view, any(phase.phase == view.phase_indices[1] for phase in moved)),
    )


def _words(phase: _Phase) -> str:
    words = f"Phase {phase.phase}: {_VERDICTS.get(phase.verdict, phase.verdict)}"
    if phase.change is None:
        return f"{words}."
    median, p99 = phase.change.displacement_median_mm, phase.change.displacement_p99_mm
    return (
        f"{words}, by {decimal(median, 1)} mm in the median and {decimal(p99, 1)} mm at most "
        "(99th percentile)."
    )


def _rows(phase: _Phase) -> list[tuple[str, ...]]:
    """One line before, and one after where the phase was resampled."""
    rows = [_row(f"Phase {phase.phase}, as acquired", phase.before, None)]
    if phase.change is not None:
        rows.append(_row(f"Phase {phase.phase}, corrected", phase.after, phase.change))
    return rows


def _row(label: str, fit: _Fit | None, change: _Change | None) -> tuple[str, ...]:
    if fit is None:
        return (label, *(NOT_AVAILABLE,) * 5)
    share = None if fit.residual is None else 100 * fit.residual
    jacobian, lesion = "", ""
    if change is not None:
        jacobian = f"{decimal(change.jacobian_p1, 3)} to {decimal(change.jacobian_p99, 3)}"
        lesion = f"{decimal(100 * change.lesion_change, 1)}\u2009%"
    return (
        label,
        f"{decimal(share, 1)}\u2009%",
        decimal(fit.information_nats, 3),
        decimal(fit.enhancing_ml, 1),
        jacobian,
        lesion,
    )


def _pictures(view: ExamView, corrected: bool) -> Markup:
    """Difference of the first post-contrast phase and the pre-contrast one."""
    cut = lesion_cuts(view.ftv, view.crop)[0]
    pre = view.pre.volume
    before = (view.post1.volume.data - pre.data) / (number(view.row, "zscore_sd") or 1.0)
    limit = float(np.percentile(np.abs(before[view.crop]), _WINDOW_PERCENTILE)) or 1.0
    shown = [("as acquired", cut, pre.with_data(before.astype(np.float32)))]
    if corrected and view.image is not None and view.image_pre is not None:
        after = view.image.with_data(view.image.data - view.image_pre.data)
        shown.append(("corrected, 1 mm", _same_place(cut, after.grid), after))
    return picture_row(
        [
            Picture(
                place,
                (signal_layer(place, difference, Window(-limit, limit)),),
                alt=f"First post-contrast phase minus pre-contrast phase, {name}. {place.label}.",
                caption=f"First post minus pre, {name}. {place.label}",
            )
            for name, place, difference in shown
        ]
    )


def _same_place(cut: Cut, grid: Grid) -> Cut:
    """A cut on a grid with the same origin and directions, through the same tissue."""
    steps = [a / b for a, b in zip(cut.grid.spacing_mm, grid.spacing_mm, strict=True)]

    def moved(index: int, axis: int) -> int:
        return min(round(index * steps[axis]), grid.shape[axis] - 1)

    i, j, k = (
        slice(moved(part.start, axis), moved(part.stop - 1, axis) + 1)
        for axis, part in enumerate(cut.crop)
    )
    return Cut(cut.plane, grid, moved(cut.index, cut.plane.normal), (i, j, k))


PANEL = Panel(
    "motion",
    "Motion between phases",
    ("motion",),
    "",
    render,
    images=("image_pre", "image"),
)
