"""FTV for other thresholds, from a report: the lines of its table, and what its page shows."""

from __future__ import annotations

from collections.abc import Iterator

from breastdce.dataset.sensitivity_table import BACKGROUND, NEIGHBORS, PE_AND_SER
from breastdce.formats.tables import Cell
from breastdce.kinetics.sensitivity import SensitivityReport, Sweep
from breastdce.report.view import SensitivityView, SweepView

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


def sensitivity_view(report: SensitivityReport) -> SensitivityView:
    """What the page shows, in mL."""
    at = report.background.values.index(report.background.used)
    used_row = report.pe_by_ser[report.pe_percent.values.index(report.pe_percent.used)]
    return SensitivityView(
        ser_threshold=report.ser_threshold,
        pe=_sweep_view(report, report.pe_percent, report.pe_percent.values, report.pe_percent.used),
        background=_sweep_view(
            report, report.background, report.background_percent, report.background_percent[at]
        ),
        neighbors=_sweep_view(
            report, report.min_neighbors, report.min_neighbors.values, report.min_neighbors.used
        ),
        ser_minimum=report.ser_minimum,
        ml_by_ser_minimum=_ml(report, used_row),
    )


def _sweep_view(
    report: SensitivityReport, sweep: Sweep, values: tuple[float, ...], used: float
) -> SweepView:
    return SweepView(
        used=used,
        values=values,
        ml=_ml(report, sweep.voxels),
        ml_by_ser=_ml(report, sweep.voxels_by_ser),
    )


def _ml(report: SensitivityReport, voxels: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(count * report.voxel_ml for count in voxels)
