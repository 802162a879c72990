"""Scores of many cases in a few numbers, and of two models beside each other.

Intervals are percentiles of bootstrap resamples of participants (Efron, Tibshirani 1993, ch. 13),
since exams of one woman are no independent cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.grid import FloatArray
from breastdce.core.holm import holm
from breastdce.imaging.mask_scores import quantile

RESAMPLES = 10_000
_INTERVAL = (2.5, 97.5)
_AGREEMENT = 1.96  # of the standard deviation: 95 % of differences, if they are normal
_CHUNK = 500  # resamples at a time: memory stays small for thousands of cases


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One score over all cases; NaN throughout where no case has one.

    Intervals need two participants with a value, the standard deviation two finite values.
    """

    n: int
    """Cases with a value, infinite ones too."""
    undefined: int
    """Cases without one: both masks empty. They are in no figure."""
    infinite: int
    """Cases whose distance is infinite: one mask empty. They are in the median and quartiles."""
    mean: float
    """Of the finite values."""
    sd: float
    """Of the finite values, with n - 1; NaN of fewer than two."""
    mean_capped: float
    """With infinite values replaced by `cap`; the mean where there are none."""
    median: float
    q1: float
    q3: float
    mean_low: float
    """95 % interval of `mean_capped`; NaN of fewer than two participants."""
    mean_high: float
    median_low: float
    """95 % interval of the median; NaN of fewer than two participants."""
    median_high: float
    sd_reason: Undefined | None = None
    """Why there is no standard deviation."""
    interval_reason: Undefined | None = None
    """Why there is no interval."""


class Case(NamedTuple):
    """One value."""

    participant: str
    value: float
    cap: float = math.inf
    """What stands for an infinite value in a mean: the diagonal of the image for a distance."""


def summarize(cases: Sequence[Case], *, seed: int = 0, resamples: int = RESAMPLES) -> Summary:
    """Summarize a score; quartiles are linearly interpolated."""
    known = [case for case in cases if not math.isnan(case.value)]
    values = np.array([case.value for case in known], np.float64)
    capped = np.array([min(case.value, case.cap) for case in known], np.float64)
    finite = values[np.isfinite(values)]
    tables = [_by_participant(known, column) for column in (capped, values)]
    reason = _too_few(len(tables[0]))
    means, medians = (_NONE, _NONE) if reason else _resampled(tables, seed, resamples)
    q1, median, q3 = (quantile(values, part) for part in (0.25, 0.5, 0.75))
    return Summary(
        n=len(known),
        undefined=len(cases) - len(known),
        infinite=len(known) - finite.size,
        mean=float(finite.mean()) if finite.size else math.nan,
        sd=float(finite.std(ddof=1)) if finite.size > 1 else math.nan,
        mean_capped=float(capped.mean()) if known else math.nan,
        median=median,
        q1=q1,
        q3=q3,
        mean_low=means[0],
        mean_high=means[1],
        median_low=medians[0],
        median_high=medians[1],
        sd_reason=None if finite.size > 1 else Undefined.TOO_FEW_EXAMS,
        interval_reason=reason,
    )


def _too_few(participants: int) -> Undefined | None:
    """Resamples of one participant are all alike: they would make an interval of no width."""
    return None if participants > 1 else Undefined.TOO_FEW_PARTICIPANTS


class Agreement(NamedTuple):
    """Mean of differences, and the limits within which 95 % of them lie if they are normal."""

    mean: float
    low: float
    high: float
    reason: Undefined | None = None
    """Why there are no limits."""


def limits_of_agreement(differences: Sequence[Case]) -> Agreement:
    """Limits of agreement of finite differences: mean -/+ 1.96 SD (Bland, Altman, Lancet 1986).

    NaN of fewer than two participants: several exams of one woman do not say how far others differ.
    """
    values = np.array([case.value for case in differences], np.float64)
    mean = float(values.mean()) if values.size else math.nan
    reason = _too_few(len({case.participant for case in differences}))
    spread = math.nan if reason else _AGREEMENT * float(values.std(ddof=1))
    return Agreement(mean, mean - spread, mean + spread, reason)


_NONE = (math.nan, math.nan)
Interval = tuple[float, float]


def _by_participant(cases: Sequence[Case], values: FloatArray) -> FloatArray:
    """One row per participant, shape (participants, most cases of one), NaN where there is none."""
    rows: dict[str, list[float]] = {}
    for case, value in zip(cases, values.tolist(), strict=True):
        rows.setdefault(case.participant, []).append(value)
    width = max((len(row) for row in rows.values()), default=0)
    return np.array([[*row, *[math.nan] * (width - len(row))] for row in rows.values()])


def _resampled(
    tables: Sequence[FloatArray], seed: int, resamples: int
) -> tuple[Interval, Interval]:
    """Intervals of the mean of the first table and of the median of the second."""
    rng = np.random.default_rng(seed)
    people = len(tables[0])
    # With one exam each there is nothing to skip, and plain functions are several times as fast.
    holes = tables[0].shape[1] > 1
    means: list[FloatArray] = []
    medians: list[FloatArray] = []
    for first in range(0, resamples, _CHUNK):
        drawn = rng.integers(0, people, (min(_CHUNK, resamples - first), people))
        one, other = (table[drawn].reshape(len(drawn), -1) for table in tables)
        means.append((np.nanmean if holes else np.mean)(one, axis=1))
        medians.append(_medians(other, holes=holes))
    return _interval(np.concatenate(means)), _interval(np.concatenate(medians))


def _medians(rows: FloatArray, *, holes: bool) -> FloatArray:
    """Median of each row without NaN; infinite where one of two middle values is."""
    with np.errstate(invalid="ignore"):
        found: FloatArray = (np.nanmedian if holes else np.median)(rows, axis=1)
    return found


def _interval(values: FloatArray) -> Interval:
    low, high = (quantile(values, percent / 100) for percent in _INTERVAL)
    return low, high


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two models on the same cases, first minus second."""

    n: int
    median_difference: float
    mean_difference: float
    low: float
    """95 % interval of the mean difference, by resampled participants; NaN of fewer than two."""
    high: float
    p: float
    """Wilcoxon signed-rank, two-sided; 1 where no case differs."""
    p_holm: float
    """Held against all comparisons made together (Holm 1979)."""
    equivalent: bool | None
    """Whether the 90 % interval of the mean difference lies within the margin: two one-sided tests
    at 5 % (Schuirmann 1987). None where there is no interval."""
    interval_reason: Undefined | None = None
    """Why there is no interval."""


def compare(
    pairs: Mapping[str, Sequence[tuple[str, float, float]]],
    *,
    margins: Mapping[str, float],
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Comparison]:
    """Compare two models score by score.

    Parameters
    ----------
    pairs
        Score to participant, value of the first and of the second model; pairs with a value that
        is not finite are left out.
    margins
        Largest mean difference that counts as none, by score; scores without one are never called
        equivalent.
    """
    kept = {
        name: [row for row in rows if math.isfinite(row[1]) and math.isfinite(row[2])]
        for name, rows in pairs.items()
    }
    raw = {name: _wilcoxon([one - two for _, one, two in rows]) for name, rows in kept.items()}
    adjusted = holm(raw)
    return {
        name: _compared(rows, raw[name], adjusted[name], margins.get(name, 0.0), seed, resamples)
        for name, rows in kept.items()
    }


def _compared(
    rows: Sequence[tuple[str, float, float]],
    p: float,
    p_holm: float,
    margin: float,
    seed: int,
    resamples: int,
) -> Comparison:
    cases = [Case(participant, one - two) for participant, one, two in rows]
    found = summarize(cases, seed=seed, resamples=resamples)
    return Comparison(
        n=found.n,
        median_difference=found.median,
        mean_difference=found.mean,
        low=found.mean_low,
        high=found.mean_high,
        p=p,
        p_holm=p_holm,
        equivalent=None if found.interval_reason else _within(cases, margin, seed, resamples),
        interval_reason=found.interval_reason,
    )


def _within(cases: Sequence[Case], margin: float, seed: int, resamples: int) -> bool:
    table = _by_participant(cases, np.array([case.value for case in cases]))
    low, high = _ninety(table, seed, resamples)
    return bool(-margin < low and high < margin)


def _ninety(table: FloatArray, seed: int, resamples: int) -> Interval:
    rng = np.random.default_rng(seed)
    means = np.concatenate(list(_means(table, rng, resamples)))
    return quantile(means, 0.05), quantile(means, 0.95)


def _means(table: FloatArray, rng: np.random.Generator, resamples: int) -> Iterator[FloatArray]:
    for first in range(0, resamples, _CHUNK):
        drawn = rng.integers(0, len(table), (min(_CHUNK, resamples - first), len(table)))
        yield np.nanmean(table[drawn].reshape(len(drawn), -1), axis=1)


def _wilcoxon(differences: Sequence[float]) -> float:
    from scipy.stats import wilcoxon  # loaded when needed: half a second

    if not any(differences):
        return 1.0 if differences else math.nan
    return float(wilcoxon(differences).pvalue)
