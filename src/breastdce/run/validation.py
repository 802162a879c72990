"""Check a data set together with the ledger of its revisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset.problem import Problem
from breastdce.dataset.validate import validate
from breastdce.run.review.verify import check_review


def validate_all(root: Path, *, progress: Callable[[ExamId], None] | None = None) -> list[Problem]:
    """Every promise of a data set, and what its ledger says; see `validate`."""
    problems = [*validate(root, progress=progress), *check_review(root)]
    return sorted(problems, key=lambda found: (found.path, found.promise, found.what))
