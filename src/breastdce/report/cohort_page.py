"""The page of a cohort: flow, exceptions, both tables, problems. One HTML file, nothing fetched."""

from __future__ import annotations

from breastdce.core.codes import ClinicalCode
from breastdce.core.counted import counted
from breastdce.report.cohort_view import CohortPage
from breastdce.report.flow import flow_svg
from breastdce.report.html import fill, policy, source


def render_cohort(page: CohortPage) -> str:
    """Write the page; links lead to the files beside it. Equal pages give equal text."""
    style = source("style.css") + source("flow.css") + source("cohort.css")
    return fill(
        "cohort.html",
        title=page.title,
        style=style,
        policy=policy(style, None),
        page=page,
        tiles=_tiles(page),
        svg=flow_svg(page.flow, standalone=False),
        problems=[
            (code, count, ClinicalCode[code].meaning, ClinicalCode[code].remedy)
            for code, count in page.problems
        ],
    )


def _tiles(page: CohortPage) -> list[tuple[str, str, str]]:
    flow = page.flow
    problems = sum(count for _, count in page.problems)
    return [
        ("In the cohort", str(flow.end), f"of {counted(flow.start, 'patient')} known"),
        ("Excluded", str(flow.start - flow.end), f"by {counted(len(flow.steps), 'rule')}"),
        ("By exception", str(len(page.exceptions)), "patients kept although a rule excludes"),
        ("Problems", str(problems), "lines about the clinical table"),
    ]
