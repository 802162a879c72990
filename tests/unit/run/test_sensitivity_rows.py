"""Rows and page of FTV for other thresholds say what the report says."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import ExamId, Region, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.dataset.sensitivity_table import COLUMNS, write_sensitivity
from breastdce.formats.tables import read_tsv
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.sensitivity import SensitivityParams, SensitivityReport, ftv_sensitivity
from breastdce.kinetics.thresholds import FtvParams
from breastdce.report.panels import sensitivity as panel
from breastdce.run.sensitivity_rows import sensitivity_rows, sensitivity_view

EXAM = ExamId("0001", "T0")


@pytest.fixture(scope="module")
def report() -> SensitivityReport:
    grid = Grid((8, 8, 6), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    rng = np.random.default_rng(2)
    pre = rng.integers(10, 30, grid.shape)
    early = pre * rng.uniform(1.2, 3.5, grid.shape)
    late = early * rng.uniform(0.8, 1.2, grid.shape)
    phases = Triple(
        *(Volume(np.asfortranarray(data, np.float32), grid) for data in (pre, early, late))
    )
    region = Region(background=13, pe_percent=72.5, min_neighbors=3)
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    return ftv_sensitivity(phases, region, measured, SensitivityParams())


def test_used_rows_repeat_the_measured_volume(report: SensitivityReport, tmp_path):
    path = write_sensitivity(tmp_path, EXAM, sensitivity_rows(report))
    assert path == layout.exam_sensitivity(tmp_path, EXAM)
    rows = read_tsv(path, COLUMNS)
    used = [row for row in rows if row["used"] and row["ser_minimum"] == 0]
    assert {row["varied"] for row in used} == {"pe_and_ser", "background", "min_neighbors"}
    at = report.pe_percent.values.index(72.5)
    assert {row["ftv_voxels"] for row in used} == {report.pe_percent.voxels[at]}
    assert {row["background_threshold"] for row in used} == {13.0}
    pairs = len(report.pe_percent.values) * len(report.ser_minimum)
    sweeps = 2 * (len(report.background.values) + len(report.min_neighbors.values))
    assert len(rows) == pairs + sweeps


def test_each_row_holds_the_thresholds_of_its_count(report: SensitivityReport):
    rows = list(sensitivity_rows(report))
    for value, voxels, by_ser in zip(
        report.min_neighbors.values,
        report.min_neighbors.voxels,
        report.min_neighbors.voxels_by_ser,
        strict=True,
    ):
        found = {
            row["ser_minimum"]: row["ftv_voxels"]
            for row in rows
            if row["varied"] == "min_neighbors" and row["min_neighbors"] == value
        }
        assert found == {0.0: voxels, report.ser_threshold: by_ser}


def test_the_page_shows_the_volumes_in_ml(report: SensitivityReport):
    view = sensitivity_view(report)
    assert view.pe.used == 72.5
    assert view.pe.ml == tuple(0.002 * count for count in report.pe_percent.voxels)
    assert view.background.used == report.background_percent[report.background.values.index(13.0)]
    assert view.ml_by_ser_minimum[0] == view.pe.ml[view.pe.values.index(72.5)]
    assert panel.PANEL.needs == ("sensitivity",)
