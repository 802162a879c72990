"""All checks and detectors of one exam: what was measured, what was found, what is flagged."""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

from breastdce.core.catalog import Catalog
from breastdce.core.codes import CaveatCode, Undefined
from breastdce.qc.checks._contract import Check
from breastdce.qc.detectors._contract import Detector
from breastdce.qc.exam import QcExam

CHECKS: Catalog[Check] = Catalog("breastdce.qc.checks", "CHECK", Check)
DETECTORS: Catalog[Detector] = Catalog("breastdce.qc.detectors", "DETECTOR", Detector)


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one check measured."""

    name: str
    values: tuple[float | None, ...]
    """One for each native phase in order of time, or one for the exam; None where undefined."""
    reasons: tuple[Undefined | None, ...]
    """Beside each value: why there is none, else None."""
    flagged: tuple[bool, ...]
    """Beside each value: whether it lies out of the check's bounds."""


class FindingResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector says; at or above `threshold` the exam carries `code`."""

    detector: str
    code: CaveatCode
    score: float
    threshold: float
    phases: tuple[int, ...] = ()
    """Native phases that show it; empty: not a matter of phases."""
    voxel: tuple[int, int, int] | None = None
    """Native index of the worst place."""
    words: str = ""

    @property
    def is_found(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold


class QcReport(msgspec.Struct, frozen=True, kw_only=True):
    """Quality of an exam."""

    checks: tuple[CheckResult, ...]
    """In order of name."""
    findings: tuple[FindingResult, ...]
    """Of every detector, found or not, in order of name."""
    phase_indices: tuple[int, int, int] = (0, 1, 2)
    """Which native phases are pre-contrast, early and late."""


def all_checks() -> tuple[Check, ...]:
    """Every check there is, in order of name."""
    return tuple(map(CHECKS.get, CHECKS.names()))


def all_detectors() -> tuple[Detector, ...]:
    """Every detector there is, in order of name."""
    return tuple(map(DETECTORS.get, DETECTORS.names()))


def assess(
    exam: QcExam, checks: Iterable[Check], detectors: Iterable[Detector], *, threads: int = 1
) -> QcReport:
    """Measure and look; results are in the order given, the same on any number of threads.

    Checks share what they need of the exam, so they run one after another beside the detectors.
    """
    with ThreadPoolExecutor(threads) as pool:
        measured = pool.submit(lambda: tuple(_measured(exam, check) for check in checks))
        findings = tuple(pool.map(partial(_looked, exam), detectors))
    return QcReport(
        checks=measured.result(), findings=findings, phase_indices=exam.facts.phase_indices
    )


def _measured(exam: QcExam, check: Check) -> CheckResult:
    values = check.measure(exam)
    expected = len(exam.native.phases) if check.per_phase else 1
    if len(values) != expected:
        raise TypeError(f"{check.name} gave {len(values)} values, not {expected}")
    numbers = tuple(None if isinstance(value, Undefined) else float(value) for value in values)
    return CheckResult(
        name=check.name,
        values=numbers,
        reasons=tuple(value if isinstance(value, Undefined) else None for value in values),
        flagged=tuple(_is_out(check, number) for number in numbers),
    )


def _is_out(check: Check, value: float | None) -> bool:
    if value is None:
        return False
    if not math.isfinite(value):
        raise TypeError(f"{check.name} gave {value}; what has no value has a reason")
    below = check.low is not None and value < check.low
    return below or (check.high is not None and value > check.high)


def _looked(exam: QcExam, detector: Detector) -> FindingResult:
    finding = detector.find(exam)
    return FindingResult(
        detector=detector.name,
        code=detector.code,
        score=float(finding.score),
        threshold=detector.threshold,
        phases=finding.phases,
        voxel=finding.voxel,
        words=finding.words,
    )
