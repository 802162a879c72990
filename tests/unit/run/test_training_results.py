"""Figures that a model's card shows of its out-of-fold scores."""

import pytest

from breastdce.run.training_results import _metrics
from tests.unit.segment.test_evaluation import case, moved


def test_the_scores_of_one_participant_have_no_interval():
    alone = _metrics([case("a", moved(1))])["dice_mean"]
    assert alone.value == pytest.approx(0.9)
    assert (alone.low, alone.high) == (None, None)
    two = _metrics([case("a", moved(1)), case("b", moved(0))])["dice_mean"]
    assert (two.low, two.high) == pytest.approx((0.9, 1.0))
