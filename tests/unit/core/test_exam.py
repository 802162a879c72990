"""Names of exams."""

import pytest

from breastdce.core.exam import is_label, participant_of


@pytest.mark.parametrize(
    ("name", "participant"),
    [("sub-007_ses-T0", "007"), ("sub-007", "sub-007"), ("case_12", "case_12")],
)
def test_whatever_a_name_looks_like_it_has_a_participant(name, participant):
    assert participant_of(name) == participant


@pytest.mark.parametrize(
    ("text", "fits"), [("007", True), ("UCSFBR06", True), ("", False), ("a-b", False), ("é", False)]
)
def test_a_label_is_of_ascii_letters_and_digits(text, fits):
    assert is_label(text) is fits
