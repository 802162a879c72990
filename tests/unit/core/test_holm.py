"""Holm's adjustment, worked by hand."""

from __future__ import annotations

import math

import pytest

from breastdce.core.holm import holm


def test_each_p_is_multiplied_by_how_many_are_left_and_never_falls():
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})


def test_a_test_without_a_result_is_not_counted():
    found = holm({1: 0.04, 2: math.nan})
    assert found[1] == 0.04
    assert math.isnan(found[2])
