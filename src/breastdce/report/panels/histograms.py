"""Intensities of the three phases as acquired, and after correction and normalization."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.histogram import PHASES, histogram_chart
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView


def histogram_charts(view: ExamView) -> tuple[Markup, Markup]:
    """Before and after."""
    images = [image for image in (view.image_pre, view.image, view.image_late) if image]
    before = histogram_chart(
        [view.phases[index].volume for index in view.phase_indices], x_title="Raw signal"
    )
    return before, histogram_chart(images, x_title="Z-score")


def render(view: ExamView) -> Markup:
    return fill("histograms.html", charts=histogram_charts(view), phases=PHASES)


PANEL = Panel(
    "histograms",
    "Intensities before and after",
    ("image_pre", "image", "image_late"),
    "The images of this exam are not there.",
    render,
    images=("image_pre", "image", "image_late"),
)
