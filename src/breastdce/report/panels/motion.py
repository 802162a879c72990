"""Motion between the phases: what was found, what was done, and the difference before and after.

The corrected phase is no file of the data set. Its difference to the pre-contrast phase is the
percent enhancement times the pre-contrast signal, since maps are made from the corrected phases.
"""

from __future__ import annotations

import msgspec
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from breastdce.core.volume import Volume
from breastdce.report.color import Window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.slices import lesion_cuts
from breastdce.report.view import ExamView
from breastdce.report.words import NOT_AVAILABLE, decimal

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
    before = view.post1.volume.data - pre.data
    shown = [("as acquired", before)]
    if corrected:
        shown.append(("corrected", np.nan_to_num(view.pe.data) * pre.data / 100))
    limit = float(np.percentile(np.abs(before[view.crop]), _WINDOW_PERCENTILE)) or 1.0
    window = Window(-limit, limit)
    return picture_row(
        [
            Picture(
                cut,
                (signal_layer(cut, _volume(values, pre), window),),
                alt=f"First post-contrast phase minus pre-contrast phase, {name}. {cut.label}.",
                caption=f"First post minus pre, {name}. {cut.label}",
            )
            for name, values in shown
        ]
    )


def _volume(values: NDArray[np.float32], on: Volume) -> Volume:
    return on.with_data(np.asarray(values, np.float32))


PANEL = Panel("motion", "Motion between phases", ("motion",), "", render)
