"""Tables and maps that only some recipes make: valid as written, and each breakage is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from breastdce.core.exam import ExamId
from breastdce.core.volume import Volume
from breastdce.dataset import kinetics_table, layout, sensitivity_table
from breastdce.dataset.validate import Promise, validate
from breastdce.formats.nifti import read_mask, read_volume, write_volume
from breastdce.formats.tables import Cell
from tests.unit.dataset.conftest import brought_up_to_date, renew_card

EXAM, OTHER = ExamId("0001", "T0"), ExamId("0002", "1")


def ftv_voxels(root: Path, exam: ExamId) -> int:
    return int(read_mask(layout.mask(root, exam, layout.MaskName.FTV)).data.sum())


def sensitivity_row(voxels: int) -> dict[str, Cell]:
    return {
        "varied": "background",
        "pe_threshold_percent": 70.0,
        "background_threshold": 35.0,
        "background_percent": 60.5,
        "min_neighbors": 4,
        "ser_minimum": 0.0,
        "used": True,
        "ftv_voxels": voxels,
        "ftv_ml": 0.5,
    }


def curve_row(voxels: int) -> dict[str, Cell]:
    columns = kinetics_table.COLUMNS[1:]
    row: dict[str, Cell] = {
        column.name: 2 if column.kind == "integer" else float("nan") for column in columns
    }
    return {**row, "mask": "ftv", "voxels": voxels}


@pytest.fixture
def made(dataset: Path) -> Path:
    for exam in (EXAM, OTHER):
        voxels = ftv_voxels(dataset, exam)
        sensitivity_table.write_sensitivity(dataset, exam, [sensitivity_row(voxels)])
        kinetics_table.write_exam_kinetics(dataset, exam, [curve_row(voxels)])
        native = read_volume(layout.native_image(dataset, exam, 0))
        image = Volume(np.ones(native.grid.shape, np.float32), native.grid)
        path = layout.kinetic_map(dataset, exam, layout.KineticMap.WASH_IN)
        write_volume(path, image, dtype="int16", slope=0.001)
        brought_up_to_date(dataset, exam)
    sensitivity_table.write_sensitivity_dictionary(dataset)
    kinetics_table.write_kinetics(dataset)
    renew_card(dataset)
    return dataset


def found(root: Path, promise: Promise) -> list[str]:
    problems = [one for one in validate(root) if one.promise is not Promise.CARD]
    assert {problem.promise for problem in problems} == {promise}, problems
    return [problem.path for problem in problems]


def test_written_tables_and_maps_are_valid(made: Path):
    assert validate(made) == []
    rows = layout.kinetics(made).read_text().splitlines()
    assert [row.split("\t")[0] for row in rows[1:]] == [str(EXAM), str(OTHER)]


def test_another_volume_than_that_of_the_exam_is_found(made: Path):
    sensitivity_table.write_sensitivity(made, EXAM, [sensitivity_row(1)])
    brought_up_to_date(made, EXAM)
    assert found(made, Promise.EXAMS) == [
        layout.exam_sensitivity(made, EXAM).relative_to(made).as_posix()
    ]


def test_a_line_of_another_exam_is_found(made: Path):
    path = layout.exam_sensitivity(made, EXAM)
    path.write_text(path.read_text().replace(str(EXAM), str(OTHER)))
    brought_up_to_date(made, EXAM)
    assert len(found(made, Promise.EXAMS)) == 1


def test_curves_that_differ_from_the_table_of_all_are_found(made: Path):
    kinetics_table.write_exam_kinetics(made, EXAM, [curve_row(7)])
    brought_up_to_date(made, EXAM)
    assert found(made, Promise.EXAMS) == ["features/kinetics.tsv"]
    kinetics_table.write_kinetics(made)  # now both are wrong about the FTV
    assert found(made, Promise.EXAMS) == ["features/kinetics.tsv"]


@pytest.mark.parametrize("name", ["ftv-sensitivity.json", "kinetics.json"])
def test_a_table_without_its_dictionary_is_found(made: Path, name: str):
    (made / "features" / name).unlink()
    assert found(made, Promise.TABLES) == [f"features/{name}"]


def test_a_cell_that_is_no_number_is_found(made: Path):
    path = layout.exam_sensitivity(made, EXAM)
    path.write_text(path.read_text().replace("60.5", "many"))
    brought_up_to_date(made, EXAM)
    assert len(found(made, Promise.TABLES)) == 1


def test_a_map_that_is_not_finite_is_found(made: Path):
    path = layout.kinetic_map(made, EXAM, layout.KineticMap.WASH_IN)
    image = read_volume(path)
    image.data[0, 0, 0] = np.nan
    write_volume(path, image)
    brought_up_to_date(made, EXAM)
    assert len(found(made, Promise.TYPES)) == 1


def test_without_tables_there_is_no_dictionary(made: Path):
    for exam in (EXAM, OTHER):
        layout.exam_sensitivity(made, exam).unlink()
        layout.exam_kinetics(made, exam).unlink()
        brought_up_to_date(made, exam)
    sensitivity_table.write_sensitivity_dictionary(made)
    kinetics_table.write_kinetics(made)
    renew_card(made)
    assert validate(made) == []
    assert not layout.kinetics(made).exists()
