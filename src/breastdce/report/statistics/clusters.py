"""Which measures say the same: rank correlation, and clusters of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.report.statistics.rank_test import average_ranks

SAME_ABOVE = 0.9
"""Mean absolute correlation of two clusters from which they are one: above it, features are
usually called redundant."""


class Clusters(NamedTuple):
    """Columns in an order in which those that say the same stand together."""

    order: tuple[int, ...]
    label: tuple[int, ...]
    """Cluster of each column, from 0, numbered in that order."""
    representative: tuple[int, ...]
    """Column of each cluster with the largest mean absolute correlation within it."""


def rank_correlation(values: FloatArray) -> FloatArray:
    """Spearman's correlation of all columns, over the rows where both have a value.

    Parameters
    ----------
    values
        Shape (rows, columns); NaN where there is no value.

    Returns
    -------
    ndarray of shape (columns, columns)
        NaN where a column does not vary. Ranks are those within the column, so where columns lack
        values in different rows the result is near Spearman's, not equal.
    """
    known = np.isfinite(values)
    ranks = np.zeros(values.shape, np.float64)
    for column in range(values.shape[1]):
        there = known[:, column]
        if there.any():
            found = average_ranks(values[there, column])
            ranks[there, column] = found - found.mean()
    both = ranks.T @ ranks
    power = (ranks**2).T @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: FloatArray = both / np.sqrt(power * power.T)
    return np.clip(correlation, -1.0, 1.0)


def clusters(correlation: FloatArray) -> Clusters:
    """Cluster columns by 1 - |correlation|, average linkage, cut at `SAME_ABOVE`.

    Parameters
    ----------
    correlation
        Shape (n, n) without NaN, n at least 1.
    """
    if len(correlation) == 1:
        return Clusters((0,), (0,), (0,))
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage  # late: a quarter second
    from scipy.spatial.distance import squareform

    strength = np.abs(correlation)
    distance = 1.0 - (strength + strength.T) / 2
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0.0, None), checks=False), "average")
    order = tuple(int(n) for n in leaves_list(tree))
    found = fcluster(tree, 1.0 - SAME_ABOVE, "distance")
    number: dict[int, int] = {}
    for column in order:
        number.setdefault(int(found[column]), len(number))
    label = tuple(number[int(one)] for one in found)
    return Clusters(order, label, _representatives(strength, np.array(label)))


def _representatives(strength: FloatArray, label: NDArray[np.int64]) -> tuple[int, ...]:
    chosen = []
    for cluster in range(int(label.max()) + 1):
        members = np.flatnonzero(label == cluster)
        means = strength[np.ix_(members, members)].mean(axis=1)
        chosen.append(int(members[int(means.argmax())]))
    return tuple(chosen)
