"""Measures of image quality as the exam's page shows them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from breastdce.qc.checks._contract import Check
from breastdce.qc.report import CheckResult, QcReport, all_checks
from breastdce.report.view import QualityLine


def quality_lines(reports: Mapping[str, object]) -> tuple[QualityLine, ...]:
    """A line for each measure of the stage's report; none where the recipe has no such stage.

    A measure that this version does not know, of a data set of another version, is left out.
    """
    told = reports.get("qc")
    if told is None:
        return ()
    checks = {check.name: check for check in all_checks()}
    results = msgspec.convert(told, QcReport).checks
    return tuple(_line(result, checks[result.name]) for result in results if result.name in checks)


def _line(result: CheckResult, check: Check) -> QualityLine:
    return QualityLine(
        name=check.name,
        title=check.title,
        unit="" if check.unit == "1" else check.unit,
        good=check.good.value,
        formula=check.formula,
        source=check.source,
        low=check.low,
        high=check.high,
        per_phase=check.per_phase,
        values=result.values,
        reasons=tuple("" if reason is None else reason.meaning for reason in result.reasons),
        flagged=result.flagged,
    )
