"""Mean enhancement of the FTV over time, and the shares of the three kinetic types."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from markupsafe import Markup

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import TimeZero
from breastdce.report.chart import Beside, Part, Point, share_bar, time_curve
from breastdce.report.color import SER_CLASSES, ser_class
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import NOT_AVAILABLE, decimal, number, role, share

_X_TITLES = {
    TimeZero.INJECTION: "Time after contrast injection (s)",
    TimeZero.FIRST_POST_START: "Time after the start of the first post-contrast phase (s)",
    TimeZero.FIRST_PHASE_START: "Time after the start of the first phase (s)",
    TimeZero.UNKNOWN: "Time, zero point unknown (s)",
}
_TYPES = (
    ("persistent", "ser_persistent_ml"),
    ("plateau", "ser_plateau_ml"),
    ("washout", "ser_washout_ml"),
)


def render(view: ExamView) -> Markup:
    means = _means(view)
    base = means[view.phase_indices[0]]
    rows = [_table_row(view, index, mean, base) for index, mean in enumerate(means)]
    moved = any(caveat.code is CaveatCode.MOTION_CORRECTED for caveat in view.caveats)
    return fill(
        "curve.html",
        chart=curve_chart(view),
        kind=_kind(view, means),
        rows=rows,
        moved=moved,
        **_shares(view),
    )


def _kind(view: ExamView, means: list[float]) -> tuple[str, str, str, str] | None:
    """SER of the mean curve, its type, and the cuts; None where the curve does not fall or rise."""
    pre, early, late = (means[index] for index in view.phase_indices)
    if late <= pre:
        return None
    ser, (low, high) = (early - pre) / (late - pre), view.ser_cuts
    kind = "persistent" if ser < low else "plateau" if ser <= high else "washout"
    return decimal(ser), kind, f"{low:g}", f"{high:g}"


def _table_row(view: ExamView, index: int, mean: float, base: float) -> tuple[str, ...]:
    phase = view.phases[index]
    enhancement = NOT_AVAILABLE if base <= 0 else decimal(100.0 * (mean - base) / base, 1)
    name = role(phase.role.value)
    return str(index), name, decimal(phase.delay_s, 0), decimal(mean, 1), enhancement


def _means(view: ExamView) -> list[float]:
    """Mean signal of the FTV in each phase."""
    inside = view.ftv.data.T  # transposed, so that voxels are picked in the order of memory
    return [float(phase.volume.data.T[inside].mean(dtype=np.float64)) for phase in view.phases]


def curve_chart(view: ExamView) -> Markup | None:
    """Draw the curve; None where the mean signal before contrast is not positive."""
    means = _means(view)
    base = means[view.phase_indices[0]]
    if base <= 0:
        return None
    times = _times(view)
    points = [
        Point(
            float(index) if times is None else times[index],
            100.0 * (mean - base) / base,
            f"Phase {index}: {decimal(100.0 * (mean - base) / base, 1)} %",
        )
        for index, mean in enumerate(means)
    ]
    return time_curve(
        points,
        beside=_classes(view),
        x_title="Phase (times unknown)" if times is None else _X_TITLES[view.time_zero],
        y_title="Mean enhancement in FTV (%)",
        alt="Mean enhancement in the FTV by phase. " + "; ".join(p.label for p in points) + ".",
    )


def _classes(view: ExamView) -> list[Beside]:
    """Mean curve of the voxels of each SER class that the FTV has, as the maps color them."""
    inside = view.ftv.data.T
    kinds = ser_class(view.ser.data.T[inside])
    signals = [phase.volume.data.T[inside] for phase in view.phases]
    lines = []
    for number_, entry in enumerate(SER_CLASSES, start=1):
        members = kinds == number_
        means = [float(s[members].mean(dtype=np.float64)) for s in signals] if members.any() else []
        base = means[view.phase_indices[0]] if means else 0.0
        if base > 0:
            percents = tuple(100.0 * (mean - base) / base for mean in means)
            lines.append(Beside(entry.name, f"ser-{entry.name}", percents))
    return lines


def _times(view: ExamView) -> list[float] | None:
    """All phase times in seconds; None unless all are known and rise."""
    known = [phase.delay_s for phase in view.phases if phase.delay_s is not None]
    rising = all(before < after for before, after in pairwise(known))
    return known if rising and len(known) == len(view.phases) else None


def _shares(view: ExamView) -> dict[str, object]:
    values = [(name, number(view.row, column)) for name, column in _TYPES]
    parts = [Part(name, name, value) for name, value in values if value is not None]
    total = sum(part.value for part in parts)
    if len(parts) < len(_TYPES) or total <= 0:
        return {"bar": None, "legend": ()}
    legend = [(p.name, decimal(p.value), share(p.value, total)) for p in parts]
    alt = "Shares of the FTV: " + ", ".join(f"{name} {part}" for name, _, part in legend)
    return {"bar": share_bar(parts, alt=alt), "legend": legend}


PANEL = Panel(
    "curve",
    "Time course",
    ("ftv",),
    "The FTV is empty, so there is no tumor whose signal could be followed over time.",
    render,
)
