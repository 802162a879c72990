"""Learning rates against their closed forms and the values of the original function."""

from __future__ import annotations

import math

import pytest

from breastdce.segment.schedule import Kind, ScheduleParams, learning_rate


@pytest.mark.parametrize(
    ("epoch", "lr"), [(0, 0.01), (1, 0.009001), (2, 0.008002), (10, 1e-5), (20, 0.01), (30, 1e-5)]
)
def test_the_triangle_has_the_values_of_the_original(epoch, lr):
    params = ScheduleParams(schedule="triangle", schedule_half_period=10)
    assert learning_rate(epoch, params) == pytest.approx(lr, rel=1e-12)


def test_the_published_half_period_never_left_the_top():
    """Half a period of 0.002 epochs puts every whole epoch on a peak."""
    half = 0.002
    for epoch in range(400):
        r = max(0.0, 1.0 - abs(epoch / half - 2.0 * math.floor(1.0 + epoch / (2 * half)) + 1.0))
        assert r == pytest.approx(0.0, abs=1e-9)


def test_training_with_the_papers_preset_ends_near_the_least():
    params = ScheduleParams(schedule="triangle", epochs=500, schedule_half_period=20)
    assert learning_rate(500, params) == pytest.approx(0.01 * 1e-3)


def test_cosine_and_power_end_at_nothing():
    kinds: tuple[tuple[Kind, float], ...] = (("cosine", 0.5), ("poly", 0.5**0.9))
    for kind, middle in kinds:
        params = ScheduleParams(schedule=kind, lr=2.0, epochs=10)
        assert learning_rate(0, params) == 2.0
        assert learning_rate(5, params) == pytest.approx(2.0 * middle)
        assert learning_rate(10, params) == pytest.approx(0.0, abs=1e-12)
