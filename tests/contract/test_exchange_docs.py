"""The how-to of masks and exports names what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.codes import CaveatCode
from breastdce.run.export import layout_names

HOW_TO = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", layout_names())
def test_every_layout_is_explained(name):
    assert f"--to {name}" in HOW_TO
    assert f"| `{name}`" in HOW_TO


@pytest.mark.parametrize(
    "code",
    [
        CaveatCode.SEG_OUTSIDE,
        CaveatCode.SEG_SHIFTED,
        CaveatCode.HEADER_LOST,
        CaveatCode.CONTOURS_LEFT_OUT,
        CaveatCode.CONTOURS_SPARSE,
    ],
)
def test_every_caveat_of_a_mask_is_explained(code):
    assert f"`{code}`" in HOW_TO
