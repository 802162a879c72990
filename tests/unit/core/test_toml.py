"""No TOML takes the parser long, or down."""

from __future__ import annotations

import pytest

from breastdce.core.toml import MAX_DEPTH, TomlError, parse_toml


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
