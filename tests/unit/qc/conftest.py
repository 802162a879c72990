"""Exams of boxes, made once."""

from __future__ import annotations

import pytest

from breastdce.qc.exam import QcExam
from tests.unit.qc.boxes import exam_of, noisy, phases


@pytest.fixture(scope="session")
def clean() -> QcExam:
    """Without noise."""
    return exam_of(phases())


@pytest.fixture(scope="session")
def grainy() -> QcExam:
    """With noise of SD 2 in each channel."""
    return exam_of(noisy(phases(), 2.0))
