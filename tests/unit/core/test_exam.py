"""Names of exams."""

import pytest

from breastdce.core.exam import participant_of


@pytest.mark.parametrize(
    ("name", "participant"),
    [("sub-007_ses-T0", "007"), ("sub-007", "sub-007"), ("case_12", "case_12")],
)
def test_whatever_a_name_looks_like_it_has_a_participant(name, participant):
    assert participant_of(name) == participant
