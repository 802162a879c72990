"""Names of cases in layouts that know patients, not exams."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from breastdce.core.exam import ExamId

_TRIAL_ID = re.compile(r"(ISPY[12])([0-9]+)")


def case_names(exams: Iterable[ExamId]) -> dict[ExamId, str]:
    """Name each exam by its participant, and by its visit too where a participant has several.

    Identifiers of I-SPY1 and I-SPY2 get back the underscore that our names do not hold, so that
    `sub-ISPY11002` is `ISPY1_1002` as in the published layouts.
    """
    found = list(exams)
    visits = Counter(exam.participant for exam in found)
    return {
        exam: _patient(exam) if visits[exam.participant] == 1 else f"{_patient(exam)}_{exam.visit}"
        for exam in found
    }


def _patient(exam: ExamId) -> str:
    match = _TRIAL_ID.fullmatch(exam.participant)
    return f"{match[1]}_{match[2]}" if match else exam.participant
