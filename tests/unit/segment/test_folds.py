"""Nobody is tested by a model that has seen them, as the published code did it."""

from __future__ import annotations

import re
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.segment.folds import Folds, check_apart, check_enough, check_folds, make_folds


def folds_of(
    strata: dict[str, tuple[str, ...]], seed: int = 1, outer: int = 5, inner: int = 5
) -> Folds:
    return make_folds(
        strata, names=("maker",), seed=seed, outer=outer, inner=inner, dataset_digest="x"
    )


def people(count: int, kinds: str = "a") -> dict[str, tuple[str, ...]]:
    return {f"{n:04d}": (kinds[n % len(kinds)],) for n in range(count)}


@settings(max_examples=40, deadline=None)
@given(
    kinds=st.lists(st.sampled_from("abc"), min_size=12, max_size=60),
    outer=st.integers(2, 5),
    inner=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_nobody_is_tested_by_a_model_that_has_seen_them(kinds, outer, inner, seed):
    strata: dict[str, tuple[str, ...]] = {f"{n:03d}": (kind,) for n, kind in enumerate(kinds)}
    folds = folds_of(strata, seed, outer, inner)
    assert Counter(name for fold in folds.folds for name in fold.test) == Counter(list(strata))
    for fold in folds.folds:
        assert len(fold.inner) == inner
        for model in fold.inner:
            assert not set(fold.test) & {*model.train, *model.val}
            assert sorted([*model.train, *model.val, *fold.test]) == sorted(strata)
            assert model.train
            assert model.val


def test_strata_are_spread_as_evenly_as_they_can_be():
    folds = folds_of(people(163, "aaaab"))
    strata = people(163, "aaaab")
    for kind in "ab":
        counts = [sum(strata[name] == (kind,) for name in fold.test) for fold in folds.folds]
        assert max(counts) - min(counts) <= 1
    sizes = [len(fold.test) for fold in folds.folds]
    assert max(sizes) - min(sizes) <= 1


def test_folds_follow_the_seed_and_not_the_order_of_participants():
    strata = people(40, "ab")
    turned = dict(reversed(strata.items()))
    assert folds_of(strata) == folds_of(turned)
    assert folds_of(strata) != folds_of(strata, seed=2)


def test_folds_read_back_and_are_strict():
    folds = folds_of(people(20))
    text = msgspec.json.encode(folds)
    assert msgspec.json.decode(text, type=Folds) == folds
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text.replace(b'"seed"', b'"sede"'), type=Folds)


@pytest.mark.parametrize(("outer", "inner", "least"), [(5, 1, 7), (5, 5, 7), (2, 2, 4), (3, 1, 8)])
def test_too_few_participants_are_refused(outer, inner, least):
    with pytest.raises(InputError) as caught:
        check_enough(least - 1, outer=outer, inner=inner)
    assert caught.value.code is ErrorCode.FOLDS_INVALID
    assert caught.value.evidence["least"] == least
    strata = {f"P{n}": ("all",) for n in range(least)}
    made = make_folds(strata, names=("s",), seed=1, outer=outer, inner=inner, dataset_digest="")
    assert len(made.participants) == least


def test_what_is_advised_for_few_participants_is_enough():
    with pytest.raises(InputError) as caught:
        check_enough(3, outer=2, inner=1)  # fewer folds than five: yet more participants are needed
    advised = re.search(r"outer = (\d) and inner = (\d), for which (\d)", caught.value.remedy or "")
    assert advised is not None
    outer, inner, people = map(int, advised.groups())
    check_enough(people, outer=outer, inner=inner)


def _spoil(folds: Folds, how: str) -> Folds:
    first, *others = folds.folds
    model, *models = first.inner
    replace = msgspec.structs.replace
    if how == "tested twice":
        first = replace(first, test=(*first.test, others[0].test[0]))
    elif how == "trains and validates":
        model = replace(model, train=(*model.train, model.val[0]))
    elif how == "not all others":
        model = replace(model, train=model.train[1:])
    elif how == "nobody":
        model = replace(model, train=(), val=(*model.train, *model.val))
    elif how == "each once":
        model = replace(model, train=(*model.train[1:], *model.val), val=model.train[:1])
    elif how == "outer folds":
        return replace(folds, folds=(first, *others[1:]))
    elif how == "inner folds":
        return replace(folds, inner=3)
    return replace(folds, folds=(replace(first, inner=(model, *models)), *others))


@pytest.mark.parametrize(
    "how",
    [
        *("tested twice", "trains and validates", "not all others", "nobody", "each once"),
        *("outer folds", "inner folds"),
    ],
)
def test_every_broken_promise_is_found(how):
    with pytest.raises(InputError) as caught:
        check_folds(_spoil(folds_of(people(30)), how))
    assert how in str(caught.value.evidence["why"])


def test_a_stranger_among_those_loaded_is_named():
    check_apart(["a", "b"], ["a", "b", "c"], what="training")
    with pytest.raises(InputError) as caught:
        check_apart(["a", "z"], ["a", "b"], what="training")
    assert caught.value.evidence["participants"] == ["z"]


def _as_published(names: list[str], outer: int) -> list[tuple[set[str], set[str]]]:
    """Test and pool of each outer fold by the published code: blocks, and positions mixed up.

    After GaNDLF 0.0.14, training_manager.py: inner folds are positions in the list without the
    test subjects, and are looked up in the list with them.
    """
    tests = [list(block) for block in np.array_split(names, outer)]  # as scikit-learn's KFold
    return [
        (set(test), {names[place] for place in range(len(names) - len(test))}) for test in tests
    ]


def test_the_published_folds_leak_and_ours_do_not():
    names = list(people(163))
    leaked = sum(len(test & pool) for test, pool in _as_published(names, 5))
    assert leaked == 131  # of 163: all but the last fold
    folds = folds_of(people(163))
    pools = [(set(f.test), {n for m in f.inner for n in (*m.train, *m.val)}) for f in folds.folds]
    assert sum(len(test & pool) for test, pool in pools) == 0
    assert set().union(*(pool for _, pool in pools)) == set(names)
