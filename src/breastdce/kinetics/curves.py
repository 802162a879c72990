"""Semi-quantitative description of signal over time, by the OSIPI lexicon (CAPLEX, section Q).

The data are relative enhancement in percent (Q.MS1.004 times 100) at the effective times of the
phases; the bolus arrival time (Q.BA1.001) is taken as 0 on the clock of the exam, that is the
injection where its time is known, else the start of the first post-contrast phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Annotated, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.exam import TimeZero
from breastdce.core.params import Params
from breastdce.kinetics.enhancement import percent_values

FloatImage = NDArray[np.float32]

QUANTITIES: Final = (
    "peak_enhancement",
    "time_to_peak",
    "wash_in_slope",
    "wash_out_slope",
    "initial_auc",
    "auc",
)
"""Fields of `Curves` that are numbers, in the order of tables."""


class CurvesParams(Params, frozen=True):
    """Where the initial area ends, and what counts as a plateau."""

    initial_s: Annotated[float, msgspec.Meta(gt=0)] = 90.0
    """End of the initial area under the curve, in seconds after the arrival of contrast."""
    plateau_percent: Annotated[float, msgspec.Meta(gt=0, le=100)] = 10.0
    """Largest change of signal from the early to the late phase, in percent of the early signal,
    that is a plateau (BI-RADS' kinetic curve assessment; Kuhl et al., Radiology 1999;211:101)."""


class CurveType(IntEnum):
    """Course of the signal after the early phase."""

    UNDEFINED = 0
    PERSISTENT = 1
    PLATEAU = 2
    WASHOUT = 3


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Which phases are compared, and when they were acquired."""

    pre: int
    early: int
    late: int
    times_s: tuple[float, ...] | None
    """Effective times of the phases after `pre`, after the arrival of contrast; None where they
    are not all known, positive and rising."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Description of many curves, float32, 1-D, NaN where undefined."""

    peak_enhancement: FloatImage
    """Largest relative enhancement after contrast (Q.CD1.008 over the baseline), percent."""
    time_to_peak: FloatImage
    """Time of the first such phase after the arrival of contrast (TTP, Q.CD1.010), s."""
    wash_in_slope: FloatImage
    """Peak enhancement over time to peak (WIS, Q.CD1.011), percent per s."""
    wash_out_slope: FloatImage
    """From peak to last phase, ``(RE_last - RE_peak) / (t_last - t_peak)`` (WOS, Q.CD1.012),
    percent per s, not positive."""
    initial_auc: FloatImage
    """Area under the curve (Q.CD1.013) to the end of the initial time, percent s."""
    auc: FloatImage
    """Area under the curve to the last phase, percent s."""
    kind: NDArray[np.uint8]
    """A `CurveType`."""


def sampling_of(
    phase_indices: tuple[int, int, int], delays_s: Sequence[float | None], zero: TimeZero
) -> Sampling:
    """Sampling of an exam; `delays_s` of all phases, `zero` what they are relative to."""
    pre, early, late = phase_indices
    times = [time for time in delays_s[pre + 1 :] if time is not None]
    from_contrast = zero in (TimeZero.INJECTION, TimeZero.FIRST_POST_START)
    rising = all(a < b for a, b in pairwise([0.0, *times]))
    known = from_contrast and rising and len(times) == len(delays_s) - pre - 1
    return Sampling(pre=pre, early=early, late=late, times_s=tuple(times) if known else None)


def undefined_reasons(sampling: Sampling, params: CurvesParams) -> dict[str, Undefined]:
    """Quantities that no curve with this sampling can have, each with the reason."""
    if sampling.times_s is None:
        return dict.fromkeys(QUANTITIES[1:], Undefined.TIMES_UNKNOWN)
    first, last = sampling.times_s[0], sampling.times_s[-1]
    if first <= params.initial_s <= last:
        return {}
    return {"initial_auc": Undefined.SAMPLED_TOO_LATE}


def describe_curves(signal: FloatImage, sampling: Sampling, params: CurvesParams) -> Curves:
    """Describe curves.

    Parameters
    ----------
    signal
        Raw signal after the modality LUT, float32, shape (phases, voxels), in order of time.
    sampling
        Of the exam.
    params
        See there.

    Returns
    -------
    Curves
        All is undefined where the pre-contrast signal is not positive; what needs times where
        they are unknown; the wash-out slope also where the peak is the last phase; the initial
        area also where no phase lies in its time, or the last one lies before its end.

    Notes
    -----
    The areas are those of straight lines from (0, 0) through the phases.
    """
    base = signal[sampling.pre]
    percent = np.stack([percent_values(base, phase) for phase in signal[sampling.pre + 1 :]])
    at = percent.argmax(axis=0)  # a curve without baseline is NaN throughout
    peak = np.take_along_axis(percent, at[None], axis=0)[0]
    kind = _kinds(base, signal[sampling.early], signal[sampling.late], params.plateau_percent)
    if sampling.times_s is None:
        nothing = np.full_like(peak, np.nan)
        return Curves(peak, nothing, nothing, nothing, nothing, nothing, kind)
    times = np.array(sampling.times_s, np.float32)
    time_to_peak = np.where(np.isnan(peak), np.float32(np.nan), times[at])
    initial = np.full_like(peak, np.nan)
    if not undefined_reasons(sampling, params):
        initial = _area(times, percent, params.initial_s)
    return Curves(
        peak_enhancement=peak,
        time_to_peak=time_to_peak,
        wash_in_slope=peak / time_to_peak,
        wash_out_slope=_wash_out(times, percent[-1], peak, time_to_peak),
        initial_auc=initial,
        auc=_area(times, percent, float(times[-1])),
        kind=kind,
    )


def _wash_out(
    times: FloatImage, last: FloatImage, peak: FloatImage, time_to_peak: FloatImage
) -> FloatImage:
    left = times[-1] - time_to_peak
    left[left == 0] = np.nan  # the peak is the last phase
    slope: FloatImage = (last - peak) / left
    return slope


def _area(times: FloatImage, percent: FloatImage, end_s: float) -> FloatImage:
    """Area to `end_s`, which lies between the first and the last time."""
    area: FloatImage = percent[0] * times[0] / 2
    for before in range(len(times) - 1):
        step = min(float(times[before + 1]), end_s) - float(times[before])
        if step <= 0:
            break
        share = step / float(times[before + 1] - times[before])
        rise = percent[before + 1] - percent[before]
        area = area + np.float32(step) * (percent[before] + np.float32(share / 2) * rise)
    return area


def _kinds(
    base: FloatImage, early: FloatImage, late: FloatImage, plateau_percent: float
) -> NDArray[np.uint8]:
    change = percent_values(early, late)
    kind = np.full(base.shape, CurveType.PLATEAU, np.uint8)
    kind[change > plateau_percent] = CurveType.PERSISTENT
    kind[change < -plateau_percent] = CurveType.WASHOUT
    kind[np.isnan(change) | ~(base > 0)] = CurveType.UNDEFINED
    return kind
