"""The test of Kruskal and Wallis: by hand, and beside SciPy's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kruskal

from breastdce.report.statistics.rank_test import average_ranks, kruskal_wallis


def test_equal_values_share_their_ranks():
    assert average_ranks(np.array([7.0, 1.0, 7.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_two_groups_apart_by_hand():
    found = kruskal_wallis([np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])])
    # Rank sums 6 and 15: 12 / 42 * (36 + 225) / 3 - 21 = 27 / 7.
    assert found.h == pytest.approx(27 / 7, rel=1e-12)
    assert found.df == 1
    assert found.p == pytest.approx(math.erfc(math.sqrt(27 / 14)), rel=1e-10)
    assert found.epsilon2 == pytest.approx(27 / 35, rel=1e-12)


def test_groups_of_the_same_values_do_not_differ():
    same = np.array([1.0, 2.0, 3.0])
    assert kruskal_wallis([same, same]).h == pytest.approx(0.0, abs=1e-12)
    assert kruskal_wallis([same, same]).p == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_scipys_with_ties_and_uneven_groups(seed):
    rng = np.random.Generator(np.random.Philox(seed))
    groups = [np.round(rng.normal(n / 3, 1, 5 + 7 * n), 1) for n in range(4)]
    ours, theirs = kruskal_wallis(groups), kruskal(*groups)
    assert ours.h == pytest.approx(theirs.statistic, rel=1e-10)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-8)


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0, 2.0], []], [[5.0, 5.0], [5.0, 5.0]]])
def test_without_groups_or_differences_there_is_no_result(groups):
    found = kruskal_wallis([np.array(group) for group in groups])
    assert math.isnan(found.p)
    assert math.isnan(found.epsilon2)
