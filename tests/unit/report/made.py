"""The made-up data set of the benchmark of the first page."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from breastdce.report.dataset_view import CohortView

_FILE = Path(__file__).resolve().parents[3] / "benchmarks" / "made_dataset.py"


@cache
def made_view(exams: int) -> CohortView:
    """Rows, measures, masks and pictures of so many exams."""
    found = importlib.util.spec_from_file_location("made_dataset", _FILE)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    view: CohortView = module.made_view(exams)
    return view
