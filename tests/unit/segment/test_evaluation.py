"""Cases are grouped, summed up and compared by the policy on empty masks and on origins."""

from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.segment.evaluation import (
    METRICS,
    ScoredCase,
    check_origins,
    compare_cases,
    metrics_of,
    summarize_cases,
)
from breastdce.segment.scores import Scores, SoftDice, score
from tests.unit.segment.test_scores import cube, mask_of

NOTHING = mask_of(cube(0, 0))
CUBE = mask_of(cube(10, 20))


def case(exam, scores, **more) -> ScoredCase:
    known = {"participant": exam, "origin": "unknown", "diagonal_mm": 69.28}
    return ScoredCase(exam=exam, scores=scores, **{**known, **more})


def moved(step: int) -> Scores:
    return score(mask_of(cube(10, 20, moved=step)), CUBE)


CASES = [
    case("a", moved(2), groups={"maker": "GE"}),
    case("b", moved(0), groups={"maker": "GE"}),
    case("c", score(NOTHING, CUBE), groups={"maker": "Siemens"}),
    case("d", score(NOTHING, NOTHING), groups={"maker": "Siemens"}),
]


def lines(cases):
    return {
        (line.group, line.level, line.metric.name): line.summary
        for line in summarize_cases(cases, resamples=200)
    }


def test_empty_masks_are_counted_and_distances_given_twice():
    found = lines(CASES)
    dice, far = found["all", "all", "dice"], found["all", "all", "hd95_mm"]
    assert (dice.n, dice.undefined, dice.infinite) == (3, 1, 0)
    assert dice.mean == pytest.approx((0.8 + 1 + 0) / 3)
    assert (far.n, far.undefined, far.infinite) == (3, 1, 1)
    assert far.mean == pytest.approx(1.0)
    assert far.mean_capped == pytest.approx((2 + 0 + 69.28) / 3)
    assert far.median == 2.0


def test_nothing_found_where_nothing_is_enters_no_figure():
    found = lines([CASES[3]])
    for metric in METRICS:
        assert found["all", "all", metric.name].n == 0, metric.name
        assert math.isnan(found["all", "all", metric.name].mean)


def test_a_false_alarm_is_no_missed_detection():
    alarm = case("e", score(CUBE, NOTHING))
    found = lines([alarm])
    assert found["all", "all", "detected"].n == 0
    assert found["all", "all", "volume_error_percent"].n == 0
    assert found["all", "all", "volume_error_ml"].mean == 1.0
    assert found["all", "all", "false_parts"].mean == 1.0


def test_groups_have_lines_of_their_own():
    found = lines(CASES)
    assert found["maker", "GE", "dice"].mean == pytest.approx(0.9)
    assert found["maker", "Siemens", "dice"].n == 1


def test_soft_scores_are_there_only_with_probabilities():
    assert metrics_of(CASES) == METRICS
    soft = [case("a", moved(1), soft=SoftDice(0.5, 0.75))]
    assert [metric.name for metric in metrics_of(soft)][-2:] == [
        "dice_soft_fg",
        "dice_soft_with_bg",
    ]
    assert lines(soft)["all", "all", "dice_soft_with_bg"].mean == 0.75


@pytest.mark.parametrize("other", ["out_of_fold", "unknown"])
def test_seen_patients_never_stand_beside_others(other):
    mixed = [case("a", moved(1), origin="in_sample"), case("b", moved(1), origin=other)]
    with pytest.raises(InputError) as caught:
        check_origins(mixed)
    assert caught.value.code is ErrorCode.ORIGINS_MIXED
    assert set(caught.value.evidence) == {"in_sample", other}


def test_the_origin_of_all_is_known_when_that_of_each_is():
    assert check_origins([case("a", moved(1), origin="in_sample")]) == "in_sample"
    assert check_origins([case("a", moved(1), origin="out_of_fold"), CASES[0]]) == "unknown"


def test_two_models_are_compared_exam_by_exam_whatever_their_order():
    rng = np.random.default_rng(0)
    names = [f"p{n}" for n in range(12)]
    steps = rng.integers(1, 4, 12)
    first = [case(name, moved(int(step))) for name, step in zip(names, steps, strict=True)]
    second = [case(name, moved(int(step) + 1)) for name, step in zip(names, steps, strict=True)]
    found = compare_cases(first, second[::-1], resamples=500)
    assert found["dice"].mean_difference == pytest.approx(0.1)
    assert found["dice"].p_holm >= found["dice"].p
    assert not found["dice"].equivalent
    assert found["hd95_mm"].mean_difference == pytest.approx(-1.0)


def test_a_failure_of_one_model_counts_with_the_diagonal():
    good, bad = case("a", moved(0)), case("a", score(NOTHING, CUBE))
    found = compare_cases([bad], [good], resamples=50)
    assert found["hd95_mm"].mean_difference == pytest.approx(69.28)
    both = [good, case("b", moved(0))]
    assert compare_cases(both, both, resamples=50)["dice"].equivalent
