"""Logistic regression with coefficients that cannot be negative, and how good its chances are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from trust_rows import Row

from breastdce.segment.trust import (
    BAD_DICE,
    Coefficients,
    TrustModel,
    Weight,
    inputs_of,
    score,
)

Numbers = NDArray[np.float64]
_LEAST_AREA = 0.52  # alone, on the masks of the fit: less says nothing, or the wrong thing
_LEAST_PUSH = 0.1  # coefficient times SD: less is left out
_BINS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


class Figures(NamedTuple):
    """How well chances fit masks that were not fitted on."""

    masks: int
    bad: int
    auc: float
    auc_low: float
    auc_high: float
    brier: float
    brier_of_constant: float
    """Of the base rate for every mask."""
    found_first_fifth: float
    """Share of the bad masks in the first 20 % of the list, at the base rate."""
    reliability: list[tuple[float, float, int]]
    """Mean chance, share that is bad (both at the base rate), and masks; by bin of the chance."""


def usable(rows: Sequence[Row], known: tuple[str, ...]) -> list[Row]:
    """Rows that have all inputs of these groups."""
    names = set(inputs_of(known))
    return [row for row in rows if names <= row["inputs"].keys()]


def is_bad(rows: Sequence[Row]) -> NDArray[np.bool_]:
    """Whether each mask is bad."""
    return np.array([row["dice"] < BAD_DICE for row in rows])


def to_base_rate(bad: NDArray[np.bool_], base_rate: float) -> Numbers:
    """Weights, 1 together, that make bad masks as frequent as the base rate."""
    return np.where(bad, base_rate / max(bad.sum(), 1), (1 - base_rate) / max((~bad).sum(), 1))


def fit(
    rows: Sequence[Row], known: tuple[str, ...], base_rate: float, ridge: float
) -> Coefficients:
    """Fit one set; inputs that say little are left out one after another."""
    bad = is_bad(rows)
    names = [n for n in inputs_of(known) if area(_column(rows, n), bad) >= _LEAST_AREA]
    while True:
        values = np.column_stack([_column(rows, name) for name in names])
        spread = values.std(axis=0)
        intercept, slopes = _solve(values, spread, bad, base_rate, ridge)
        pushes = slopes * spread
        if pushes.min() >= _LEAST_PUSH:
            break
        del names[int(pushes.argmin())]
    typical = values[~bad].mean(axis=0)
    inputs = {
        name: Weight(round(float(slope), 4), round(float(mean), 4))
        for name, slope, mean in zip(names, slopes, typical, strict=True)
    }
    return Coefficients(known, round(intercept, 4), inputs)


def _column(rows: Sequence[Row], name: str) -> Numbers:
    return np.array([row["inputs"][name] for row in rows], float)


def _solve(
    values: Numbers, spread: Numbers, bad: NDArray[np.bool_], base_rate: float, ridge: float
) -> tuple[float, Numbers]:
    """Least mean weighted log loss + ridge / 2 n x sum of squares of slopes in SD; slopes >= 0."""
    from scipy.optimize import minimize

    ridge /= len(bad)

    scale = np.where(spread > 0, spread, 1.0)
    x, weight = values / scale, to_base_rate(bad, base_rate)
    sign = np.where(bad, 1.0, -1.0)

    def loss(at: Numbers) -> tuple[float, Numbers]:
        margin = sign * (at[0] + x @ at[1:])
        wrong = weight * sign / (1 + np.exp(np.clip(margin, -500, 500)))
        down = np.concatenate([[-wrong.sum()], -(wrong @ x) + ridge * at[1:]])
        return float(weight @ np.logaddexp(0, -margin) + ridge / 2 * at[1:] @ at[1:]), down

    start = np.zeros(x.shape[1] + 1)
    bounds = [(None, None), *[(0, None)] * x.shape[1]]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), found.x[1:] / scale


def area(values: Numbers, bad: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that a bad mask has the larger value."""
    good = np.sort(values[~bad])
    if not good.size or not bad.any():
        return float("nan")
    below = np.searchsorted(good, values[bad], "left") + np.searchsorted(good, values[bad], "right")
    return float(below.mean() / (2 * good.size))


def chances(rows: Sequence[Row], known: tuple[str, ...], model: TrustModel) -> Numbers:
    """Scores of masks, by the program itself."""
    names = inputs_of(known)
    found = [score("", {name: row["inputs"][name] for name in names}, model) for row in rows]
    return np.array([one.chance_bad for one in found], float)


def figures(rows: Sequence[Row], chance: Numbers, base_rate: float) -> Figures:
    """Compare chances with the truth; the interval of the area is a bootstrap over exams."""
    bad = is_bad(rows)
    weight = to_base_rate(bad, base_rate)
    low, high = _interval(rows, chance, bad)
    return Figures(
        masks=len(rows),
        bad=int(bad.sum()),
        auc=round(area(chance, bad), 4),
        auc_low=round(low, 4),
        auc_high=round(high, 4),
        brier=round(float(weight @ (chance - bad) ** 2), 4),
        brier_of_constant=round(base_rate * (1 - base_rate), 4),
        found_first_fifth=round(_found_first(chance, bad, weight, 0.2), 4),
        reliability=list(_reliability(chance, bad, weight)),
    )


def _interval(
    rows: Sequence[Row], chance: Numbers, bad: NDArray[np.bool_], times: int = 1000
) -> tuple[float, float]:
    exams = np.array([row["exam"] for row in rows])
    places = [np.flatnonzero(exams == name) for name in sorted(set(exams))]
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(times):
        at = np.concatenate([places[n] for n in rng.integers(len(places), size=len(places))])
        areas.append(area(chance[at], bad[at]))
    low, high = np.nanpercentile(areas, [2.5, 97.5])
    return float(low), float(high)


def _found_first(chance: Numbers, bad: NDArray[np.bool_], weight: Numbers, first: float) -> float:
    """Share of the weight of bad masks among the first ones; the last one counts in part."""
    order = np.argsort(-chance, kind="stable")
    upto = np.cumsum(weight[order])
    taken = np.clip((first - (upto - weight[order])) / weight[order], 0, 1)
    hit = weight[order] * bad[order]
    return float((taken * hit).sum() / hit.sum())


def _reliability(
    chance: Numbers, bad: NDArray[np.bool_], weight: Numbers
) -> list[tuple[float, float, int]]:
    found = []
    for low, high in pairwise(_BINS):
        here = (chance >= low) & ((chance < high) | (high == 1))
        if here.any():
            total = weight[here].sum()
            mean = float(weight[here] @ chance[here] / total)
            share = float((weight * bad)[here].sum() / total)
            found.append((round(mean, 4), round(share, 4), int(here.sum())))
    return found
