"""The section on image quality: values, directions, and flags in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breastdce.report.page import render_exam, with_section
from breastdce.report.panels.quality import PANEL, quality_markup
from breastdce.report.view import ExamView, QualityLine


def line(
    name: str,
    values: tuple[float | None, ...],
    *,
    flagged: tuple[bool, ...] | None = None,
    good: str = "high",
) -> QualityLine:
    return QualityLine(
        name=name,
        title=name.capitalize(),
        unit="%",
        good=good,
        formula="A over B.",
        source="Someone 1999",
        low=None,
        high=2.0,
        per_phase=len(values) > 1,
        values=values,
        reasons=tuple("No air is shown." if value is None else "" for value in values),
        flagged=flagged or (False,) * len(values),
    )


@pytest.fixture
def measured(view: ExamView) -> ExamView:
    moved = line("moved", (None, 3.25, 0.5), flagged=(False, True, False), good="low")
    return replace(view, quality=(line("bpe", (12345.6,), good="neither"), moved))


def test_a_value_out_of_bounds_is_told_in_words(measured):
    shown = str(PANEL.show(measured))
    assert "3.25 ▲ too high" in shown
    assert "Out of bounds: Moved." in shown
    assert "above 2" in shown
    assert shown.count("too high") == 1


def test_directions_units_and_definitions_are_shown(measured):
    shown = str(PANEL.show(measured))
    assert "lower is better" in shown
    assert "describes, does not judge" in shown
    assert "12\u2009346" in shown
    assert "A over B. Source: Someone 1999." in shown
    assert "Phase 1 (early)" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, ">0<"), (0.0002, ">0.0002<"), (0.001, ">0.001<"), (0.0516, ">0.052<"), (7.0, ">7<")],
)
def test_small_values_are_not_shown_as_0(view, value, shown):
    assert shown in str(PANEL.show(replace(view, quality=(line("bpe", (value,)),))))


def test_a_missing_value_says_why(measured):
    shown = str(PANEL.show(measured))
    assert 'title="No air is shown."' in shown
    assert "Missing: No air is shown." in shown


def test_nothing_out_of_bounds_is_said_too(view):
    shown = str(PANEL.show(replace(view, quality=(line("bpe", (1.0,)),))))
    assert "No measure is out of its bounds." in shown


@pytest.mark.parametrize(("n_exams", "shown"), [(4, False), (5, True)])
def test_the_place_among_the_exams_needs_five_of_them(measured, n_exams, shown):
    cohort = {"n_exams": n_exams, "percentiles": {"bpe": 83.4, "moved_1": 40.0}}
    page = str(PANEL.show(replace(measured, reports={"quality_cohort": cohort})))
    assert ("P83" in page) is shown
    assert ("P40" in page) is shown
    assert (f"{n_exams} exams of this data set" in page) is shown


def test_the_places_can_be_written_into_a_finished_page(measured):
    cohort = {"n_exams": 7, "percentiles": {"bpe": 83.4}}
    content = quality_markup(measured.quality, measured.phase_indices, len(measured.phases), cohort)
    reports = {**measured.reports, "quality_cohort": cohort}
    whole = render_exam(replace(measured, reports=reports))
    assert with_section(render_exam(measured), "quality", content) == whole
    assert "P83" in whole


def test_a_page_without_the_step_says_so(view):
    assert "no step that measures image quality" in render_exam(view)
