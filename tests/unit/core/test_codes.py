"""Codes are a closed list with words for people."""

from __future__ import annotations

import pickle

import pytest

from breastdce.core.codes import ALL_CODES, ErrorCode, FileCode
from breastdce.core.errors import CallError, InputError, RecipeError

MEMBERS = [member for kind in ALL_CODES for member in kind]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: f"{type(m).__name__}.{m}")
def test_every_code_has_one_sentence_of_meaning_and_one_of_remedy(member):
    assert member.value == member.name
    for words in (member.meaning, member.remedy):
        assert words[0].isupper()
        assert words.endswith(".")


def test_codes_survive_pickling():
    assert pickle.loads(pickle.dumps(FileCode.OK)) is FileCode.OK


def test_errors_cross_process_boundaries_whole():
    error = RecipeError(ErrorCode.RECIPE_INVALID, "Wrong", evidence={"step": 3}, remedy="Mend it.")
    back = pickle.loads(pickle.dumps(error))
    assert (back.code, back.message, back.evidence, back.remedy) == (
        ErrorCode.RECIPE_INVALID,
        "Wrong",
        {"step": 3},
        "Mend it.",
    )
    assert isinstance(back, CallError)


def test_words_of_the_code_stand_in_for_missing_ones():
    error = InputError(ErrorCode.GRID_INVALID)
    assert error.message == ErrorCode.GRID_INVALID.meaning
    assert error.remedy == ErrorCode.GRID_INVALID.remedy
