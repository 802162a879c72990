"""Figures over cases against NumPy and SciPy, and what infinite and missing values do to them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from breastdce.core.codes import Undefined
from breastdce.core.holm import holm
from breastdce.segment.summary import Case, compare, limits_of_agreement, summarize

INF, NAN = math.inf, math.nan


def cases(*values: float, cap: float = INF) -> list[Case]:
    return [Case(f"{n}", value, cap) for n, value in enumerate(values)]


def test_figures_are_those_of_numpy():
    values = np.random.default_rng(4).normal(0.7, 0.1, 37)
    found = summarize(cases(*values))
    assert found.mean == found.mean_capped == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std(ddof=1))
    expected = np.percentile(values, [25, 50, 75])
    assert (found.q1, found.median, found.q3) == pytest.approx(tuple(expected))


def test_the_interval_of_a_mean_is_nearly_the_closed_form():
    values = np.random.default_rng(5).normal(0.0, 1.0, 400)
    found = summarize(cases(*values))
    half = 1.96 * values.std(ddof=1) / 20
    assert found.mean_high - found.mean_low == pytest.approx(2 * half, rel=0.05)
    assert found.mean_low == pytest.approx(values.mean() - half, abs=0.01)
    assert found.median_low < found.median < found.median_high


def test_exams_of_one_woman_are_drawn_together():
    values = np.random.default_rng(6).normal(0.0, 1.0, 60)
    apart = summarize(cases(*np.repeat(values, 4)))
    together = summarize([Case(f"{n // 4}", value) for n, value in enumerate(np.repeat(values, 4))])
    wider = (together.mean_high - together.mean_low) / (apart.mean_high - apart.mean_low)
    assert wider == pytest.approx(2.0, rel=0.1)


def test_missing_values_are_counted_and_left_out():
    found = summarize(cases(1.0, NAN, 3.0))
    assert (found.n, found.undefined, found.mean) == (2, 1, 2.0)
    nothing = summarize(cases(NAN))
    assert (nothing.n, nothing.undefined) == (0, 1)
    assert math.isnan(nothing.mean)
    assert math.isnan(nothing.median_low)
    assert summarize([]).n == 0


@pytest.mark.parametrize("values", [(0.8,), (0.8, 0.6, 0.7)])
def test_one_participant_has_no_interval_however_many_exams(values):
    found = summarize([Case("a", value) for value in values], resamples=20)
    ends = (found.mean_low, found.mean_high, found.median_low, found.median_high)
    assert all(map(math.isnan, ends))
    assert found.interval_reason is Undefined.TOO_FEW_PARTICIPANTS
    assert found.mean == pytest.approx(np.mean(values))


def test_an_interval_counts_only_participants_with_a_value():
    found = summarize([Case("a", 0.8), Case("b", NAN)], resamples=20)
    assert found.interval_reason is Undefined.TOO_FEW_PARTICIPANTS
    both = summarize([Case("a", 0.8), Case("b", 0.6)], resamples=200)
    assert (both.mean_low, both.mean_high) == pytest.approx((0.6, 0.8))
    assert both.interval_reason is None
    assert summarize([]).interval_reason is Undefined.TOO_FEW_PARTICIPANTS


def test_one_value_has_no_standard_deviation():
    found = summarize(cases(1.0, INF), resamples=20)
    assert math.isnan(found.sd)
    assert found.sd_reason is Undefined.TOO_FEW_EXAMS
    two = summarize([Case("a", 1.0), Case("a", 3.0)], resamples=20)
    assert two.sd == pytest.approx(math.sqrt(2))
    assert two.sd_reason is None


def test_limits_of_agreement_are_the_closed_form():
    found = limits_of_agreement(cases(1.0, -8.0))
    half = 1.96 * 9 / math.sqrt(2)
    assert (found.mean, found.reason) == (-3.5, None)
    assert (found.low, found.high) == pytest.approx((-3.5 - half, -3.5 + half))


@pytest.mark.parametrize("values", [(1.0,), (1.0, -8.0)])
def test_differences_of_one_participant_have_no_limits(values):
    found = limits_of_agreement([Case("a", value) for value in values])
    assert found.mean == np.mean(values)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.reason is Undefined.TOO_FEW_PARTICIPANTS


def test_infinite_distances_are_in_the_median_and_capped_in_a_mean():
    found = summarize(cases(1.0, 2.0, 3.0, INF, INF, cap=100.0))
    assert (found.n, found.infinite, found.median, found.q3) == (5, 2, 3.0, INF)
    assert found.mean == 2.0
    assert found.mean_capped == pytest.approx(206 / 5)
    assert found.mean_high <= 100.0
    assert found.median_high == INF


def test_the_same_seed_gives_the_same_interval():
    values = cases(*np.random.default_rng(1).random(20))
    assert summarize(values, seed=3) == summarize(values, seed=3)
    assert summarize(values, seed=3).mean_low != summarize(values, seed=4).mean_low


def test_models_are_compared_in_pairs():
    rng = np.random.default_rng(9)
    first = rng.normal(0.7, 0.2, 50)
    second = first - 0.05 + rng.normal(0, 0.02, 50)
    rows = [(f"{n}", one, two) for n, (one, two) in enumerate(zip(first, second, strict=True))]
    same = [(name, one, one) for name, one, _ in rows]
    found = compare({"dice": rows, "nsd": same}, margins={"dice": 0.02, "nsd": 0.02})
    assert found["dice"].p == pytest.approx(stats.wilcoxon(first, second).pvalue)
    assert found["dice"].p_holm == pytest.approx(min(1.0, 2 * found["dice"].p))
    assert found["dice"].low < 0.05 < found["dice"].high
    assert not found["dice"].equivalent
    assert (found["nsd"].p, found["nsd"].equivalent) == (1.0, True)


def test_a_score_without_a_margin_is_never_equivalent():
    rows = [(f"{n}", 0.5, 0.5) for n in range(9)]
    assert not compare({"assd": rows}, margins={})["assd"].equivalent


def test_pairs_that_are_not_finite_are_left_out():
    found = compare({"hd95": [("a", 1.0, INF), ("b", 2.0, 1.0)]}, margins={})
    assert (found["hd95"].n, found["hd95"].mean_difference) == (1, 1.0)


def test_one_participant_shows_no_equivalence():
    rows = [("a", 0.5, 0.5), ("a", 0.6, 0.6)]
    found = compare({"dice": rows}, margins={"dice": 0.02}, resamples=20)["dice"]
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.equivalent is None
    assert found.interval_reason is Undefined.TOO_FEW_PARTICIPANTS
    two = compare({"dice": [*rows, ("b", 0.7, 0.7)]}, margins={"dice": 0.02}, resamples=20)["dice"]
    assert (two.low, two.high, two.equivalent, two.interval_reason) == (0.0, 0.0, True, None)


def test_holm_steps_down_and_never_falls():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": NAN}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "d": NAN}, nan_ok=True
    )
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
