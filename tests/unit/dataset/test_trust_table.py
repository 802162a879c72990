"""The table of trust is valid as written, and each breakage is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.exam import ExamId
from breastdce.dataset import layout, trust_table
from breastdce.dataset.validate import Promise, validate
from breastdce.formats.tables import Cell
from tests.unit.dataset.conftest import brought_up_to_date, renew_card

EXAM, OTHER = ExamId("0001", "T0"), ExamId("0002", "1")


def row(chance: float | None) -> dict[str, Cell]:
    return {
        "mask": "stv-candidate",
        "chance_bad": chance,
        "known": "images+breast+ftv",
        "raised_by": "dim",
        **dict.fromkeys(trust_table.INPUTS, 0.25),
    }


@pytest.fixture
def made(dataset: Path) -> Path:
    for exam, chance in ((EXAM, 0.125), (OTHER, None)):
        trust_table.write_exam_trust(dataset, exam, [row(chance)])
        brought_up_to_date(dataset, exam)
    trust_table.write_trust(dataset)
    renew_card(dataset)
    return dataset


def found(root: Path) -> set[tuple[Promise, str]]:
    problems = [one for one in validate(root) if one.promise is not Promise.CARD]
    return {(problem.promise, problem.path) for problem in problems}


def test_written_tables_are_valid(made: Path):
    assert validate(made) == []
    lines = layout.trust(made).read_text().splitlines()
    assert [line.split("\t")[2] for line in lines] == ["chance_bad", "0.125", "n/a"]


def test_a_table_that_differs_from_those_of_the_exams_is_found(made: Path):
    trust_table.write_exam_trust(made, EXAM, [row(0.5)])
    brought_up_to_date(made, EXAM)
    assert found(made) == {(Promise.EXAMS, "features/trust.tsv")}


def test_a_table_without_its_dictionary_is_found(made: Path):
    layout.trust(made, "json").unlink()
    assert found(made) == {(Promise.TABLES, "features/trust.json")}


def test_a_chance_beyond_one_is_found(made: Path):
    trust_table.write_exam_trust(made, EXAM, [row(1.5)])
    brought_up_to_date(made, EXAM)
    trust_table.write_trust(made)
    assert found(made) == {(Promise.TABLES, "features/trust.tsv")}


def test_without_tables_there_is_no_dictionary(made: Path):
    for exam in (EXAM, OTHER):
        layout.exam_trust(made, exam).unlink()
        brought_up_to_date(made, exam)
    trust_table.write_trust(made)
    assert found(made) == set()
    assert not layout.trust(made).exists()
