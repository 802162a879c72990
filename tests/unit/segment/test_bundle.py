"""Whom a model may be asked about, and what its record refuses."""

import hashlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.segment.bundle import (
    FORMAT,
    ModelCard,
    WeightsFile,
    check_card,
    choose_models,
    membership_of,
    origin_of,
    parse_card,
)
from breastdce.segment.card import card_text
from tests.unit.segment.made_card import made_card, made_folds, places

FOLDS = made_folds()


def files(made):
    return tuple(
        WeightsFile(file=f"o{o}i{i}.safetensors", size_bytes=1, sha256="0" * 64, outer=o, inner=i)
        for o, i in made
    )


def crossed(folds=FOLDS, made=None, **changes) -> ModelCard:
    made = places(folds) if made is None else made
    membership = membership_of(folds, made)
    return made_card(**{"models": files(made), "membership": membership, **changes})


def test_a_record_comes_back_as_it_was():
    card = crossed()
    assert parse_card(msgspec.json.encode(card), "x") == card


def test_hashes_are_of_salt_zero_and_name_and_the_same_each_time():
    membership = crossed().membership
    assert membership == membership_of(FOLDS, places(FOLDS))
    first, inner = membership.folds[0], FOLDS.folds[0].inner[0]
    expected = sorted(
        hashlib.sha256(f"{membership.salt}\0{name}".encode()).hexdigest() for name in inner.train
    )
    assert list(first.train) == expected
    assert len(first.val) == len(inner.val)


@pytest.mark.parametrize("outer", range(4))
def test_a_participant_of_a_test_fold_gets_that_folds_networks_only(outer):
    card = crossed()
    for name in FOLDS.folds[outer].test:
        choice = choose_models(card, name)
        assert {card.models[n].outer for n in choice.models} == {outer}
        assert len(choice.models) == 2
        assert choice.origin == "out_of_fold"


def test_a_stranger_gets_all_networks():
    assert choose_models(crossed(), "stranger") == (tuple(range(8)), "out_of_fold")


def test_who_trained_or_validated_every_network_is_refused():
    card = crossed(made=[(0, 0), (0, 1)])
    for outer in FOLDS.folds[1:]:
        for name in outer.test:
            with pytest.raises(InputError) as caught:
                choose_models(card, name)
            assert caught.value.code is ErrorCode.LEAK
            assert choose_models(card, name, in_sample=True) == ((0, 1), "in_sample")
            assert origin_of(card, name) == "in_sample"


@settings(max_examples=30, deadline=None)
@given(people=st.integers(12, 30), outer=st.integers(2, 4), inner=st.integers(1, 2), data=st.data())
def test_no_chosen_network_has_seen_the_participant(people, outer, inner, data):
    folds = made_folds(people, outer=outer, inner=inner)
    made = data.draw(st.lists(st.sampled_from(places(folds)), min_size=1, unique=True))
    card = crossed(folds, made)
    models = {(fold.outer, one.inner): one for fold in folds.folds for one in fold.inner}
    for name in folds.participants:
        saw = {place for place in made if name in models[place].train + models[place].val}
        choice = choose_models(card, name, in_sample=True)
        chosen = {(card.models[n].outer, card.models[n].inner) for n in choice.models}
        if choice.origin == "out_of_fold":
            assert chosen == set(made) - saw
        else:
            assert saw == set(made)


def test_leave_to_be_in_sample_changes_nothing_for_others():
    card = crossed()
    name = FOLDS.folds[0].test[0]
    assert choose_models(card, name, in_sample=True) == choose_models(card, name)


def test_without_membership_nobody_can_tell():
    card = crossed(membership=None)
    choice = choose_models(card, FOLDS.folds[0].test[0])
    assert choice == (tuple(range(8)), "unknown")
    assert origin_of(card, "stranger") == "unknown"


def refused(payload: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_card(payload, "model.json")
    return caught.value


def altered(**changes) -> bytes:
    return msgspec.json.encode(msgspec.to_builtins(crossed()) | changes)


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"surprise": 1}, "surprise"),
        ({"format": 0}, "format"),
        ({"models": []}, "names no weights"),
        ({"orientation": "RAL"}, "axis twice"),
        ({"orientation": "XYZ"}, "orientation"),
        ({"normalization": "none"}, "normalization"),
        ({"network": {"kind": "resunet", "secret": 1}}, "secret"),
        ({"network": {"kind": "other"}}, "other"),
        ({"spacing_mm": [0, 1, 1]}, "spacing_mm"),
    ],
)
def test_a_wrong_record_is_refused_with_its_place(changes, seen):
    error = refused(altered(**changes))
    assert error.code is ErrorCode.BUNDLE_INVALID
    assert seen in str(error.evidence)


def test_a_form_of_the_future_is_told_from_a_wrong_one():
    error = refused(altered(format=FORMAT + 1, surprise=1))
    assert error.code is ErrorCode.BUNDLE_NEWER


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b"\xff", b'{"a":' + b"[" * 100_000])
def test_what_is_no_record_is_refused(payload):
    assert refused(payload).code is ErrorCode.BUNDLE_INVALID


@pytest.mark.parametrize(
    "name",
    ["../x.safetensors", "/x.safetensors", "a/b.safetensors", ".x.safetensors", "x.pth", "x\\y"],
)
def test_names_are_never_paths(name):
    models = msgspec.to_builtins(crossed().models)
    models[0]["file"] = name
    assert "models[0].file" in str(refused(altered(models=models)).evidence)


def test_two_networks_need_two_files():
    models = msgspec.to_builtins(crossed().models)
    models[1]["file"] = models[0]["file"].upper().replace("SAFETENSORS", "safetensors")
    assert "share" in str(refused(altered(models=models)).evidence)


def test_membership_names_the_folds_of_the_weights():
    card = crossed()
    fewer = msgspec.structs.replace(card, models=card.models[1:])
    with pytest.raises(InputError, match="different folds"):
        check_card(fewer)


def test_the_card_says_what_the_record_says():
    text = card_text(crossed())
    assert text.startswith("# A small model\n")
    assert "| Dice, mean | 0.75 | 0.7 to 0.8 | 20 |" in text
    for words in (
        "It misses small tumors.",
        "Nobody, 2022.",
        "CC0",
        "z-score",
        "16 x 16 x 32",
        "1 x 1 x 1 mm",
    ):
        assert words in text
    assert "do not hide" in text


def test_the_card_of_a_foreign_model_says_what_is_not_known():
    text = card_text(crossed(membership=None, training=None, metrics={}, known_failures=()))
    assert "Nobody can tell" in text
    assert "Not known." in text
    assert "does not mean that there are none" in text
