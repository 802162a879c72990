"""Further kinetics of an exam as files: maps, and the lines of the table of curves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from breastdce.core.exam import ExamId
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.formats.nifti import write_volume
from breastdce.formats.tables import Cell
from breastdce.kinetics.curve_maps import CurveReport, RegionCurves
from breastdce.kinetics.stored import MapSet

_UNITS = {
    "peak_enhancement": "percent",
    "time_to_peak": "s",
    "wash_in_slope": "percent_per_s",
    "wash_out_slope": "percent_per_s",
    "initial_auc": "percent_s",
    "auc": "percent_s",
}


def write_maps(out: Path, exam: ExamId, maps: MapSet) -> list[Path]:
    """Write each map of a set; return the files."""
    written = []
    for one in maps.maps:
        path = layout.kinetic_map(out, exam, layout.KineticMap(one.name))
        values = np.asfortranarray(one.stored, dtype=np.float32)
        write_volume(path, Volume(values, maps.grid), dtype="int16", slope=one.slope)
        written.append(path)
    return written


def curve_rows(report: CurveReport) -> Iterator[dict[str, Cell]]:
    """A line for each region, without the exam."""
    for region in report.regions:
        yield {
            "mask": region.mask,
            "initial_s": report.initial_s,
            "voxels": region.voxels,
            "persistent_voxels": region.persistent,
            "plateau_voxels": region.plateau,
            "washout_voxels": region.washout,
            **_quantities(region),
        }


def _quantities(region: RegionCurves) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, summary in region.quantities.items():
        column = f"{name}_{_UNITS[name]}"
        for statistic in summary.__struct_fields__:
            cells[f"{column}_{statistic}"] = getattr(summary, statistic)
    return cells
