"""What strangers wrote can be the name of a file here, or is refused."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.fetch.names import bucket_name, folder_name, key_part, printable, uid


@given(st.text(max_size=200))
def test_folder_name_is_one_visible_part_of_plain_letters_or_refused(text):
    try:
        name = folder_name(text)
    except ValueError:
        return
    assert PurePosixPath(name).parts == (name,)
    assert name.isascii()
    assert not name.startswith((".", "-"))
    assert 0 < len(name) <= 64


@given(st.text(max_size=200))
def test_key_part_gives_back_what_it_accepts_and_that_is_one_plain_part(text):
    try:
        name = key_part(text)
    except ValueError:
        return
    assert name == text
    assert PurePosixPath(name).parts == (name,)
    assert not set(name) & set(" \n\t'\"\\*?[]{}$`;|&<>()")


@pytest.mark.parametrize("text", ["ISPY1_1002", "Breast_MRI_153", "UCSF-BR-06", "1.2.3"])
def test_names_in_use_stay_as_they_are(text):
    assert folder_name(text) == text


@pytest.mark.parametrize("text", ["", ".", "..", "../..", "///", " ", "-", "._-"])
def test_nothing_is_no_name(text):
    with pytest.raises(ValueError, match="cannot be"):
        folder_name(text)


@pytest.mark.parametrize("text", ["", "1..2", ".1", "1.2/3", "1.2\n", "x", "1" * 65, "1.²"])
def test_wrong_uid_is_refused(text):
    with pytest.raises(ValueError, match="is not a UID"):
        uid(text)


@pytest.mark.parametrize("text", ["", "UPPER", "a", "-x-", "a b", "a/b", "idc-open-data\n"])
def test_wrong_bucket_is_refused(text):
    with pytest.raises(ValueError, match="is not a bucket"):
        bucket_name(text)
    assert bucket_name("idc-open-data") == "idc-open-data"


def test_nothing_that_a_terminal_obeys_is_shown():
    assert printable("a\x1b[31mb\nc\x9b\u202e") == "a?[31mb?c??"
