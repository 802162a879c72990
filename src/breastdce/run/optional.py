"""What only some recipes make and a data set then holds: one line for each artifact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from breastdce.core.exam import ExamId
from breastdce.run.plan import Plan

Writer = Callable[[Path, ExamId, Any], list[Path]]
"""Writes an artifact of an exam into the data set, given its folder; returns the files."""

FILES: Final[dict[str, Writer]] = {}
"""Artifacts that are written as files of the exam's folder, listed in `dataset.layout`."""
REPORTS: Final[tuple[str, ...]] = ()
"""Artifacts that go into the exam's provenance, for pages and tables."""


def optional_artifacts(plan: Plan) -> frozenset[str]:
    """Which of them a plan makes."""
    return frozenset({*FILES, *REPORTS}) & frozenset(plan.types)
