"""What leaves with a failed exam is numbers and words of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.core.exam import ExamId
from breastdce.run.inputs import seen_now, stamp
from breastdce.run.recipe import load_recipe
from breastdce.run.schedule import ExamTask, process_exam, publishable
from breastdce.stages.load import Source
from tests.unit.ingest.made_exam import exam


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


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()  # what nobody can open, whatever his rights


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        (become_a_folder, None, "IsADirectoryError"),
        (None, Path.unlink, "FileNotFoundError"),
        (None, grow, None),
    ],
    ids=["cannot be opened", "is gone", "has grown"],
)
def test_a_file_that_is_not_as_it_was_scanned_refuses_the_exam(tmp_path, before, after, error):
    source = exam(tmp_path)
    first = Path(min(source.paths))
    if before:
        before(first)
    task = ExamTask(
        exam=ExamId("0001", "T0"),
        source=Source(exam=source),
        recipe=load_recipe("ispy1"),
        out=str(tmp_path / "out"),
        stamp=stamp(source.paths, seen_now),
    )
    if after:
        after(first)
    outcome = process_exam(task)
    assert (outcome.status, outcome.code) == ("refused", ExamCode.FILES_CHANGED)
    assert outcome.evidence.removeprefix("code=FILES_CHANGED") == (
        f"; error={error}" if error else ""
    )
