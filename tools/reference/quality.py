"""Every measure of image quality and every detector of artifacts, with formula and threshold."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check
from breastdce.qc.report import CHECKS, DETECTORS
from reference._markdown import code, page, prose, table

_CHECKS = """## Measures

Columns of `features/quality.tsv`; a measure of phases has one for each of the three images. A
value outside its bounds is flagged. [What they say of real exams](../../quality.md)."""
_DETECTORS = """## Detectors

An exam whose score reaches the threshold carries the caveat. [How well they
do](../../artifacts.md)."""


def text() -> str:
    """The page."""
    checks = [CHECKS.get(name) for name in CHECKS.names()]
    detectors = [DETECTORS.get(name) for name in DETECTORS.names()]
    head = ("measure", "unit", "of", "good", "flagged", "formula", "source")
    found = table(
        ("detector", "caveat", "threshold", "score"),
        ((code(d.name), code(d.code), f"{d.threshold:g}", prose(d.method)) for d in detectors),
    )
    return page("Quality checks", _CHECKS, table(head, map(_row, checks)), _DETECTORS, found)


def _row(check: Check) -> tuple[str, ...]:
    bounds = (("below", check.low), ("above", check.high))
    flagged = " or ".join(f"{word} {value:g}" for word, value in bounds if value is not None)
    return (
        code(check.name),
        prose(check.unit),
        "each phase" if check.per_phase else "the exam",
        check.good,
        flagged or "never",
        prose(check.formula),
        prose(check.source),
    )
