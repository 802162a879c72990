"""The trust score: a chance, monotone in its inputs, and sensible about clear cases."""

from __future__ import annotations

import math
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import Undefined
from breastdce.core.exam import Triple
from breastdce.core.volume import Mask
from breastdce.segment.trust import (
    GROUPS,
    Coefficients,
    Record,
    TrustModel,
    Weight,
    inputs_of,
    known_groups,
    logistic,
    score,
    shipped_model,
    trust,
)
from breastdce.segment.trust_probability import Unsure
from tests.unit.segment.made_tumor import ball, images

SETS = [
    *chain.from_iterable(combinations(GROUPS, n) for n in range(len(GROUPS) + 1)),
]


def made_model(weight: float = 2.0) -> TrustModel:
    record = Record(command="", exams="", masks=1, bad=0, base_rate=0.2, ridge=0.0)
    inputs = {"dim": Weight(weight, 0.25), "thin": Weight(1.0, 0.5)}
    return TrustModel(record, (Coefficients((), -1.0, inputs),))


def values(known: tuple[str, ...], value: float = 0.5) -> dict[str, float]:
    return dict.fromkeys(inputs_of(known), value)


def test_the_score_is_the_logistic_of_a_sum():
    found = score("stv-auto", values(()), made_model())
    assert found.chance_bad == pytest.approx(1 / (1 + math.exp(1.0 - 2 * 0.5 - 0.5)))
    used = [(one.name, one.push) for one in found.inputs if one.typical is not None]
    assert used == [("dim", 0.5), ("thin", 0.0)]
    assert {one.name for one in found.inputs} == set(values(()))


def test_logistic_never_overflows():
    assert logistic(-1000) == 0
    assert logistic(1000) == 1
    assert logistic(0) == 0.5


@pytest.mark.parametrize("known", SETS)
def test_there_is_a_set_for_whatever_is_missing(known):
    chosen = shipped_model().coefficients(known)
    assert set(chosen.inputs) <= set(inputs_of(known))
    assert 3 <= len(chosen.inputs) <= 14
    assert all(one.weight > 0 for one in chosen.inputs.values())
    assert known_groups(values(known)) == known


@given(
    known=st.sampled_from(SETS),
    raised=st.integers(0, 30),
    level=st.floats(0, 1),
    more=st.floats(0, 4),
)
def test_more_doubt_never_lowers_the_chance(known, raised, level, more):
    model, names = shipped_model(), inputs_of(known)
    before = values(known, level)
    after = {**before, names[raised % len(names)]: level + more}
    low, high = (score("", one, model).chance_bad for one in (before, after))
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 1


def test_an_empty_mask_has_no_score_and_says_why():
    tumor = ball()
    found = trust("stv-auto", images(tumor.data), Mask(np.zeros_like(tumor.data), tumor.grid))
    assert found.chance_bad is None
    assert found.reason == Undefined.EMPTY_REGION


def test_what_is_given_decides_which_coefficients_are_used():
    tumor = ball()
    phases, empty = images(tumor.data), Mask(np.zeros_like(tumor.data), tumor.grid)
    sure = Unsure(unsure_border=0.1, unsure_inside=0.1, likely_outside=0.0)
    everywhere = np.ones_like(tumor.data)
    assert trust("", phases, tumor).known == ()
    assert trust("", phases, tumor, breast=everywhere).known == ("breast",)
    assert trust("", phases, tumor, breast=empty.data, ftv=empty).known == ()
    full = trust("", phases, tumor, breast=everywhere, unsure=sure, ftv=tumor)
    assert full.known == ("breast", "probability", "ftv")


def exam(center: tuple[float, float, float], radius: float, seed: int) -> tuple[Triple, Mask]:
    """A clear tumor in noise, in a field of two breasts that mirror each other along i."""
    tumor = ball(center, radius)
    rng = np.random.default_rng(seed)
    phases = images(tumor.data)
    noisy = (
        phases.pre.with_data(
            np.maximum(one.data + rng.normal(0, 0.1, one.data.shape).astype(np.float32), -1)
        )
        for one in phases
    )
    return Triple(*noisy), tumor


@settings(max_examples=12, deadline=None)
@given(
    center=st.tuples(st.floats(12, 16), st.floats(22, 34), st.floats(22, 34)),
    radius=st.floats(5, 8),
    seed=st.integers(0, 99),
)
def test_a_perfect_mask_is_trusted_more_than_spoiled_ones(center, radius, seed):
    phases, tumor = exam(center, radius, seed)
    mirrored = Mask(np.asfortranarray(tumor.data[::-1]), tumor.grid)
    wide = ball(center, radius + 4)
    good, wrong, large = (trust("", phases, mask).chance_bad for mask in (tumor, mirrored, wide))
    assert good is not None
    assert wrong is not None
    assert large is not None
    assert good < 0.2
    assert wrong > 0.5
    assert large > good
