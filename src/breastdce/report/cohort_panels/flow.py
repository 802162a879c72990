"""The flow of patients through the cohort's rules, or of exams into the data set."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from breastdce.core.codes import ExamCode
from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.cohort_view import Flow, FlowStep
from breastdce.report.dataset_view import CohortView
from breastdce.report.flow import flow_svg
from breastdce.report.html import fill
from breastdce.report.svg_file import plain_colors


def render(view: CohortView) -> Markup:
    cohort = view.cohort
    words = "" if cohort is None else f"{cohort.title}. Rules {cohort.rules}. {cohort.description}"
    flow = flow_of(view)
    return fill("dataset/flow.html", lead=words.strip(), svg=flow_svg(flow, standalone=False))


def figures(view: CohortView) -> Figures:
    return {"flow.svg": plain_colors(flow_svg(flow_of(view), standalone=True))}


def flow_of(view: CohortView) -> Flow:
    """The cohort's flow; else exams found, refused by reason, the most frequent first, and in."""
    if view.cohort is not None:
        return view.cohort.flow
    refused = Counter(e.code for e in view.exclusions if e.code in ExamCode.__members__)
    start = len(view.exams) + refused.total()
    steps: list[FlowStep] = []
    left = start
    for code, count in sorted(refused.items(), key=lambda item: (-item[1], item[0])):
        left -= count
        steps.append(FlowStep(code, ExamCode[code].meaning, "Exams", count, 0, left, None))
    return Flow(view.dataset, start, None, tuple(steps), left, "Exams found", "In the data set")


PANEL = CohortPanel("flow", "Flow", (), "", render, figures)
