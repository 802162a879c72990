"""Lines and maps of further kinetics as they are written."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import cast

import numpy as np

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.dataset import kinetics_table, layout
from breastdce.formats.nifti import read_volume
from breastdce.formats.tables import read_tsv
from breastdce.kinetics.curve_maps import MAPS, CurveReport, RegionCurves, Summary
from breastdce.kinetics.curves import QUANTITIES, Sampling
from breastdce.kinetics.stored import MapSet, empty_map
from breastdce.report.panels import kinetics as panel
from breastdce.report.view import ExamView
from breastdce.run.kinetics_files import curve_rows, write_maps

EXAM = ExamId("0001", "T0")


def made_report() -> CurveReport:
    known = {
        name: Summary(voxels=8 + n, mean=n + 0.5, median=float(n), of_mean_curve=n + 0.25)
        for n, name in enumerate(QUANTITIES)
    }
    none = Summary(voxels=0, mean=math.nan, median=math.nan, of_mean_curve=math.nan)
    region = RegionCurves(
        mask="ftv",
        voxels=20,
        persistent=9,
        plateau=8,
        washout=3,
        quantities={**known, "initial_auc": none},
    )
    sampling = Sampling(pre=0, early=1, late=2, times_s=(150.0, 450.0))
    return CurveReport(sampling=sampling, initial_s=90.0, reasons={}, regions=(region,))


def test_every_column_is_filled_and_what_is_undefined_is_missing(tmp_path):
    path = kinetics_table.write_exam_kinetics(tmp_path, EXAM, curve_rows(made_report()))
    (row,) = read_tsv(path, kinetics_table.COLUMNS)
    assert row["time_to_peak_s_median"] == 1.0
    assert row["wash_out_slope_percent_per_s_voxels"] == 11
    assert row["auc_percent_s_of_mean_curve"] == 5.25
    assert row["washout_voxels"] == 3
    assert {name for name, cell in row.items() if cell is None} == {
        f"initial_auc_percent_s_{name}" for name in ("mean", "median", "of_mean_curve")
    }


def test_every_map_has_a_place_in_the_layout_and_keeps_its_values(tmp_path):
    grid = Grid((3, 2, 2), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    maps = [empty_map(name, slope, grid) for name, (_, slope) in MAPS.items()]
    maps[0].stored[1, 1, 0] = 1770
    files = write_maps(tmp_path, EXAM, MapSet(grid, tuple(maps)))
    assert set(files) < set(layout.optional_exam_files(tmp_path, EXAM, 3))
    assert read_volume(files[0]).data[1, 1, 0] == np.float32(177.0)


def test_the_page_shows_each_quantity_and_says_what_has_no_value(tmp_path):
    path = kinetics_table.write_exam_kinetics(tmp_path, EXAM, curve_rows(made_report()))
    (row,) = read_tsv(path, kinetics_table.COLUMNS)
    shown = panel.render(cast("ExamView", SimpleNamespace(curves=row)))
    cells = re.findall(r'<td class="num">([^<]+)</td>', shown)
    assert cells[:4] == ["0.0", "0.5", "0.2", "40.0\u2009%"]
    assert cells[16:20] == ["n/a", "n/a", "n/a", "0.0\u2009%"]
    assert "washout 15.0\u2009% (3 voxels)" in shown
    one = panel.render(cast("ExamView", SimpleNamespace(curves={**row, "washout_voxels": 1})))
    assert "washout 5.0\u2009% (1 voxel)" in one
