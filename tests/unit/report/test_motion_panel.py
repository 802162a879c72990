"""What the page says of motion, and that it says nothing where the step was not run."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.report.page import render_exam
from breastdce.report.panels.curve import PANEL as CURVE
from breastdce.report.panels.motion import PANEL


def test_a_moved_phase_is_described_with_its_figures(view):
    shown = str(PANEL.render(view))
    assert "Phase 1: moved back rigidly, by 3.1 mm in the median and 4.1 mm" in shown
    assert "Phase 2: no motion worth a correction" in shown
    assert shown.count("Phase 1, corrected") == 1
    assert "Phase 2, corrected" not in shown
    assert "9.0\u2009%" in shown
    assert "1.6\u2009%" in shown


def test_the_difference_after_is_shown_only_where_the_first_post_phase_was_moved(view):
    assert str(PANEL.render(view)).count("<figure>") == 2
    motion = view.reports["motion"]
    still = {**motion, "phases": [motion["phases"][0], motion["phases"][2]]}
    assert str(PANEL.render(replace(view, reports={"motion": still}))).count("<figure>") == 1


def test_a_page_without_the_step_has_no_such_section(view):
    assert '<section id="motion"' in render_exam(view)
    assert '<section id="motion"' not in render_exam(replace(view, reports={}))


def test_time_course_says_that_it_shows_phases_as_acquired(view):
    note = "as they were acquired"
    assert note not in str(CURVE.show(view))
    moved = replace(view, caveats=(Caveat(CaveatCode.MOTION_CORRECTED, {"phase": 1}),))
    assert note in str(CURVE.show(moved))
