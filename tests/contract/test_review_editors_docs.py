"""The page of other editors names every kind of mask that may come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.codes import MaskCode
from breastdce.run.review.programs import Program

PAGE = (Path(__file__).parents[2] / "docs" / "review_editors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", MaskCode)
def test_every_kind_of_mask_is_explained_as_the_program_says_it(code):
    assert f"| `{code}` | {code.meaning} | {code.remedy} |" in PAGE


@pytest.mark.parametrize("program", Program)
def test_every_program_is_named(program):
    assert f"CASE_{program}" in PAGE
