"""The page of a data set is described as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.report.index_page import PANELS
from breastdce.report.statistics.spread import FAR_Z, FENCE, LEAST_EXAMS, SKEWED

TEXT = (Path(__file__).parents[2] / "docs" / "cohort_page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PANELS.names())
def test_every_part_has_its_row(name):
    assert f"| {PANELS.get(name).title} |" in TEXT


def test_the_limits_are_those_of_the_program():
    assert f"{FENCE} times their distance" in TEXT
    assert f"over {FAR_Z}" in TEXT
    assert f"Below {LEAST_EXAMS} values" in TEXT
    assert f"skewed by more than {SKEWED}" in TEXT
