"""The lines of the table of FTV for other thresholds, from a report."""

from __future__ import annotations

from collections.abc import Iterator

from breastdce.dataset.sensitivity_table import BACKGROUND, NEIGHBORS, PE_AND_SER
from breastdce.formats.tables import Cell
from breastdce.kinetics.sensitivity import SensitivityReport, Sweep

Row = dict[str, Cell]


def sensitivity_rows(report: SensitivityReport) -> Iterator[Row]:
    """Every count of the report with the thresholds that it belongs to."""
    yield from _pe_by_ser(report)
    shares = iter(report.background_percent)
    for value, counts in _sides(report.background):
        change: Row = {"background_threshold": value, "background_percent": next(shares)}
        yield from _both(report, BACKGROUND, change, counts, value == report.background.used)
    for value, counts in _sides(report.min_neighbors):
        used = value == report.min_neighbors.used
        yield from _both(report, NEIGHBORS, {"min_neighbors": int(value)}, counts, used)


def _pe_by_ser(report: SensitivityReport) -> Iterator[Row]:
    for percent, counts in zip(report.pe_percent.values, report.pe_by_ser, strict=True):
        for least, voxels in zip(report.ser_minimum, counts, strict=True):
            change: Row = {"pe_threshold_percent": percent, "ser_minimum": least}
            used = percent == report.pe_percent.used
            yield _row(report, PE_AND_SER, change, voxels, used)


def _sides(sweep: Sweep) -> Iterator[tuple[float, tuple[int, int]]]:
    for value, *counts in zip(sweep.values, sweep.voxels, sweep.voxels_by_ser, strict=True):
        yield value, (counts[0], counts[1])


def _both(
    report: SensitivityReport, varied: str, change: Row, counts: tuple[int, int], used: bool
) -> Iterator[Row]:
    for least, voxels in zip((0.0, report.ser_threshold), counts, strict=True):
        yield _row(report, varied, {**change, "ser_minimum": least}, voxels, used)


def _row(report: SensitivityReport, varied: str, change: Row, voxels: int, used: bool) -> Row:
    at = report.background.values.index(report.background.used)
    return {
        "varied": varied,
        "pe_threshold_percent": report.pe_percent.used,
        "background_threshold": report.background.used,
        "background_percent": report.background_percent[at],
        "min_neighbors": int(report.min_neighbors.used),
        "ser_minimum": 0.0,
        "used": used,
        **change,
        "ftv_voxels": voxels,
        "ftv_ml": voxels * report.voxel_ml,
    }
