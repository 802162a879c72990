"""An exam is in the data set under one name, the one that it has now."""

from __future__ import annotations

import shutil
import threading
import time

import msgspec
import pytest

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import InputNote, read_exams, write_provenance
from breastdce.dataset.rows import Level
from breastdce.run.lock import locked
from breastdce.run.naming import exam_row
from breastdce.run.pages import page_files
from breastdce.run.paths import WorkPaths
from breastdce.run.withdrawn import withdraw_deleted, withdraw_refused, withdraw_renamed
from tests.unit.dataset.conftest import EXAMS, build, record_of


@pytest.fixture
def out(tmp_path):
    """Three exams: the images of the first two are the same, the third has others."""
    root = build(tmp_path / "OUT")
    other = (InputNote(role="phase-0000", n_files=6, digest="1" * 32),)
    write_provenance(
        root, EXAMS[2], msgspec.structs.replace(record_of(root, EXAMS[2]), inputs=other)
    )
    return root


def names(root) -> list[str]:
    return [record.exam_id for record in read_exams(root)]


def test_an_exam_that_has_another_name_now_leaves_its_old_one(out):
    withdraw_renamed(out, [EXAMS[1]])
    assert names(out) == [str(EXAMS[1]), str(EXAMS[2])]
    assert not layout.exam_page(out, EXAMS[0]).exists()
    assert layout.exam_page(out, EXAMS[1]).exists()


@pytest.mark.parametrize(
    "found",
    [(), EXAMS, EXAMS[:2], EXAMS[2:], (ExamId("0009", "1"),)],
    ids=["nothing", "all", "two of the same images", "another one", "a new one"],
)
def test_no_other_exam_leaves(out, found):
    withdraw_renamed(out, found)
    assert names(out) == [str(exam) for exam in EXAMS]


def test_an_exam_that_is_refused_now_leaves(out):
    gone = exam_row(EXAMS[2], ExamCode.TOO_FEW_PHASES, "")
    part = exam_row(EXAMS[1], ExamCode.NO_DCE, "")
    series = msgspec.structs.replace(part, level=Level.SERIES, code=SeriesCode.NOT_DCE)
    never_there = exam_row(ExamId("0009", "1"), ExamCode.NO_DCE, "")
    nameless = exam_row(None, ExamCode.NO_DCE, "")
    withdraw_refused(out, [gone, series, never_there, nameless])
    assert names(out) == [str(exam) for exam in EXAMS[:2]]


def test_what_the_report_has_of_an_exam_leaves_with_its_folder(out):
    gone, stays = EXAMS[:2]
    shutil.rmtree(layout.exam_folder(out, gone))
    layout.figure(out, "flow.svg").touch()
    withdraw_deleted(out)
    assert not any(path.exists() for path in page_files(out, gone))
    assert all(path.exists() for path in (*page_files(out, stays), layout.figure(out, "flow.svg")))


def test_an_exam_that_another_run_makes_again_meanwhile_keeps_its_page(out, caplog):
    folder = layout.exam_folder(out, EXAMS[0])
    aside = folder.rename(out.parent / "aside")
    other = threading.Thread(target=withdraw_deleted, args=(out,))
    with locked(WorkPaths(out).lock(str(EXAMS[0]))):
        other.start()
        while not caplog.records:  # that it waits
            time.sleep(0.01)
        aside.rename(folder)
    other.join()
    assert layout.exam_page(out, EXAMS[0]).exists()
