"""No TOML takes the parser long, or down."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from breastdce.core.toml import MAX_DEPTH, TomlError, parse_toml, reason_of


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "[" * 100_000 + "]" * 100_000, "RecursionError"),
        ("a = " + "[" * 60 + "]" * 60, "levels"),
        ("[" + ".".join("a" * 60) + "]", "levels"),
        ("a = " + "9" * 10_000, "digits"),
        (".".join("a" * 100_000) + " = 1", "dots"),
        ("# x\n" * 100_000, "characters"),
        ("a = 2020-99-99", "Expected"),
        ("\0", "Invalid"),
        ("a", "Expected"),
    ],
)
def test_what_is_refused(text, why):
    with pytest.raises(TomlError, match=why):
        parse_toml(text)


def test_files_of_ours_are_far_from_the_bounds():
    text = "a = " + "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)
    assert parse_toml(text).keys() == {"a"}
    assert parse_toml('x = ["a.b.c", {d = 1.5}]') == {"x": ["a.b.c", {"d": 1.5}]}


class Author(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    share: Annotated[float, msgspec.Meta(ge=0)] = 1.0


class Words(msgspec.Struct, forbid_unknown_fields=True):
    year: int = 0
    authors: list[Author] = []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('authors = ["Ada"]', "Expected a table, got text, in authors 1"),
        ("authors = [{name = 3}]", "Expected text, got a whole number, in authors 1, name"),
        ('authors = [{name = "A"}, {share = 1}]', "Missing key `name`, in authors 2"),
        ('authors = [{name = "A", share = -1}]', "Expected a number >= 0.0, in authors 1, share"),
        ("years = 3", "Unknown key `years`"),
        ("year = 1.5", "Expected a whole number, got a number, in year"),
        ("authors = true", "Expected a list, got true or false, in authors"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_toml(text, said):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(parse_toml(text), Words)
    assert reason_of(caught.value) == said
