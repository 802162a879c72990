"""One of a thing has no s."""

import pytest

from breastdce.core.counted import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 exams"), (1, "1 exam"), (2, "2 exams"), (11, "11 exams")]
)
def test_only_one_is_singular(number, said):
    assert counted(number, "exam") == said


def test_a_plural_of_its_own_is_said():
    assert [counted(n, "study", "studies") for n in (1, 2)] == ["1 study", "2 studies"]
