"""Measures of image quality as lines and columns of tables."""

from __future__ import annotations

from collections.abc import Iterator

from breastdce.dataset.layout import PUBLISHED_PHASES
from breastdce.formats.tables import Cell, Column
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.report import CheckResult, QcReport, all_checks

_IMAGES = ("pre-contrast", "early", "late")
_UNITS = {"%": "percent", "1": None}
_DIRECTION = {
    Good.HIGH: "Higher is better.",
    Good.LOW: "Lower is better.",
    Good.ONE: "Nearer to 1 is better.",
    Good.NEITHER: "Describes, does not judge.",
}


def quality_rows(report: QcReport) -> Iterator[dict[str, Cell]]:
    """A line for each value, without the exam."""
    checks = {check.name: check for check in all_checks()}
    images = {phase: image for image, phase in reversed(list(enumerate(report.phase_indices)))}
    for result in report.checks:
        check = checks.get(result.name)
        if check is not None:
            yield from _rows(result, check, images)


def _rows(result: CheckResult, check: Check, images: dict[int, int]) -> Iterator[dict[str, Cell]]:
    for index, value in enumerate(result.values):
        reason = result.reasons[index]
        yield {
            "check": result.name,
            "phase": index if check.per_phase else None,
            "image": images.get(index) if check.per_phase else None,
            "value": value,
            "unit": None if check.unit == "1" else check.unit,
            "reason": None if reason is None else reason.value,
            "flagged": result.flagged[index],
        }


def quality_columns() -> tuple[Column, ...]:
    """Columns of quality.tsv between the exam and what is flagged."""
    return tuple(column for check in all_checks() for column in _columns(check))


def _columns(check: Check) -> Iterator[Column]:
    parts = enumerate(_IMAGES[:PUBLISHED_PHASES]) if check.per_phase else [(None, "")]
    for image, phase in parts:
        yield Column(
            name=check.name if image is None else f"{check.name}_{image}",
            long_name=check.title if image is None else f"{check.title}, {phase} phase",
            description=f"{check.formula} {_DIRECTION[check.good]}{_bounds(check)} "
            f"Source: {check.source}.",
            kind="number",
            units=_UNITS.get(check.unit, check.unit),
        )


def _bounds(check: Check) -> str:
    if check.low is None and check.high is None:
        return ""
    low = [] if check.low is None else [f"below {check.low:g}"]
    high = [] if check.high is None else [f"above {check.high:g}"]
    return f" Flagged {' or '.join([*low, *high])}."
