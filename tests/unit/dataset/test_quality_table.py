"""The tables of image quality: valid as written, and each breakage is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.quality_table import COLUMNS, FLAGGED, write_exam_quality, write_quality
from breastdce.dataset.validate import Promise, validate
from breastdce.formats.tables import Cell, Column, read_tsv
from tests.unit.dataset.conftest import brought_up_to_date, renew_card

EXAM, OTHER = ExamId("0001", "T0"), ExamId("0002", "1")
NAMES = ("noise_0", "noise_1", "noise_2", "bpe")
MEASURES = tuple(
    Column(name=name, long_name="Made", description="Made.", kind="number") for name in NAMES
)


def rows(bpe: float | None, *, flagged: bool = False) -> list[dict[str, Cell]]:
    """Four native phases, of which 0, 1 and 3 became images."""
    images = (0, 1, None, 2)
    phases: list[dict[str, Cell]] = [
        {
            "check": "noise",
            "phase": phase,
            "image": image,
            "value": 2.5 + phase,
            "unit": "arbitrary",
            "reason": None,
            "flagged": False,
        }
        for phase, image in enumerate(images)
    ]
    of_exam: dict[str, Cell] = {
        "check": "bpe",
        "phase": None,
        "image": None,
        "value": bpe,
        "unit": "%",
        "reason": "EMPTY_REGION" if bpe is None else None,
        "flagged": flagged,
    }
    return [*phases, of_exam]


@pytest.fixture
def made(dataset: Path) -> Path:
    write_exam_quality(dataset, EXAM, rows(20.5, flagged=True))
    write_exam_quality(dataset, OTHER, rows(None))
    for exam in (EXAM, OTHER):
        brought_up_to_date(dataset, exam)
    write_quality(dataset, MEASURES)
    renew_card(dataset)
    return dataset


def found(root: Path, promise: Promise) -> list[str]:
    """Paths with problems, all of one promise; the card is older than what a test breaks."""
    problems = [one for one in validate(root) if one.promise is not Promise.CARD]
    assert {problem.promise for problem in problems} == {promise}, problems
    return [problem.path for problem in problems]


def test_written_tables_are_valid_and_hold_a_line_an_exam(made: Path):
    assert validate(made) == []
    keys = (COLUMNS[0], *MEASURES, FLAGGED)
    first, second = read_tsv(layout.quality(made), keys)
    assert first == {
        "exam_id": str(EXAM),
        "noise_0": 2.5,
        "noise_1": 3.5,
        "noise_2": 5.5,  # of native phase 3
        "bpe": 20.5,
        "flagged": "bpe",
    }
    assert (second["bpe"], second["flagged"]) == (None, None)


def test_without_tables_of_exams_there_is_no_table_of_all(made: Path):
    for exam in (EXAM, OTHER):
        layout.exam_quality(made, exam).unlink()
        brought_up_to_date(made, exam)
    write_quality(made, MEASURES)
    renew_card(made)
    assert not layout.quality(made).exists()
    assert not layout.quality(made, "json").exists()
    assert validate(made) == []


def test_a_value_that_differs_from_the_table_of_all_is_found(made: Path):
    write_exam_quality(made, EXAM, rows(21.5, flagged=True))
    brought_up_to_date(made, EXAM)
    assert found(made, Promise.EXAMS) == ["features/quality.tsv"]


def test_a_missing_dictionary_is_found(made: Path):
    layout.quality(made, "json").unlink()
    assert "features/quality.json" in [problem.path for problem in validate(made)]


def test_a_reason_that_is_no_code_is_found(made: Path):
    path = layout.exam_quality(made, OTHER)
    path.write_text(path.read_text().replace("EMPTY_REGION", "NO_IDEA"))
    brought_up_to_date(made, OTHER)
    assert found(made, Promise.TABLES) == [path.relative_to(made).as_posix()]
