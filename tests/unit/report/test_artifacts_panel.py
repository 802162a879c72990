"""What the page says of artifacts: each with place and picture, or that none was found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breastdce.report.page import render_exam
from breastdce.report.panels.artifacts import PANEL


def finding(detector: str, score: float, **more: object) -> dict[str, object]:
    """A finding as the report of the step holds it."""
    usual = {"code": detector.upper(), "threshold": 2.0, "phases": [1], "voxel": [12, 14, 5]}
    return {"detector": detector, "score": score, "words": f"Words of {detector}.", **usual, **more}


@pytest.fixture
def seen(view):
    """The view with one finding above its threshold and one below."""
    findings = [finding("spike", 7.5), finding("zipper", 1.0, words="")]
    return replace(view, reports={**view.reports, "qc": {"checks": [], "findings": findings}})


def test_a_finding_has_reason_place_and_two_pictures(seen):
    shown = str(PANEL.render(seen))
    assert "Words of spike." in shown
    assert "voxel 12, 14, 5; phase 1" in shown
    assert "score 7.50, threshold 2.00" in shown
    assert shown.count("<figure>") == 2
    assert shown.count('class="voi-line"') == 2
    assert "Looked for: zippers; none found of these." in shown
    assert "Words of zipper" not in shown


def test_nothing_found_is_one_line(view):
    qc = {"checks": [], "findings": [finding("spike", 0.0, words="", voxel=None, phases=[])]}
    shown = str(PANEL.render(replace(view, reports={"qc": qc})))
    assert "Looked for: spikes in k-space; none found." in shown
    assert "<figure>" not in shown


def test_a_finding_without_a_place_has_no_picture(view):
    qc = {"findings": [finding("side_doubtful", 9.0, voxel=None, phases=[])]}
    shown = str(PANEL.render(replace(view, reports={"qc": qc})))
    assert "Side doubtful" in shown
    assert "<figure>" not in shown


def test_the_page_has_the_section_only_where_somebody_looked(view, seen):
    assert '<section id="artifacts"' in render_exam(seen)
    assert '<section id="artifacts"' not in render_exam(view)
