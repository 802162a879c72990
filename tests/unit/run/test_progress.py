"""What is said of exams that are in work."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from breastdce.core.compiling import compiling, tell_before_compiling
from breastdce.run.progress import ExamProgress, StatusFile


@pytest.fixture
def status(tmp_path):
    status = StatusFile(tmp_path / "status", "sub-1_ses-1")
    status(1, "n4")
    tell_before_compiling(status.compiling)
    yield status
    tell_before_compiling(None)


def test_that_loops_are_compiled_is_said_once_and_the_exam_stays_where_it_is(tmp_path, status):
    said = io.StringIO()
    progress = ExamProgress(Console(file=said), tmp_path / "status", exams=2, steps=4)
    progress.refresh()
    assert said.getvalue() == ""
    for _ in range(2):
        compiling()
        progress.refresh()
    assert said.getvalue() == "compiling for this machine, once: about a minute\n"
    (task,) = progress.bar.tasks
    assert (task.completed, task.total, task.description) == (1, 8, "sub-1_ses-1 n4")


def test_who_is_through_is_told_of_nothing(tmp_path, status):
    tell_before_compiling(None)
    status.clear()
    compiling()
    assert list((tmp_path / "status").iterdir()) == []
