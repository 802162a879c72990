"""What leaves with a failed exam is numbers and words of ours."""

from __future__ import annotations

import pytest

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.run.schedule import publishable


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ({"phases": 2}, "phases=2"),
        ({"reason": SeriesCode.PIXELS_BAD, "slice": 3}, "reason=PIXELS_BAD; slice=3"),
        (
            {"code": ExamCode.FAILED, "error": "ZeroDivisionError"},
            "code=FAILED; error=ZeroDivisionError",
        ),
        ({"size": [4, 5]}, "size=4 5"),
        ({"file": "/data/DOE^JANE/1.dcm"}, ""),
        ({"file": "DOE JANE 7.dcm", "why": "no value DOE"}, ""),
        ({"uid": "1.2.840.10008.1"}, ""),
        ({"date": "20010203"}, ""),
        ({"grid": {"shape": [1, 2, 3]}}, "grid=shape=1 2 3"),
        ({"text": "x" * 500}, ""),
        ({"mask": None, "phases": 2}, "phases=2"),
    ],
)
def test_evidence_that_could_identify_is_dropped(evidence, text):
    assert publishable(evidence) == text
