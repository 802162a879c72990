"""What it costs to tell the pages of a data set where their exams stand, as it grows.

    python -m benchmarks.standings [--exams 400] [--page-mb 1.0] [--features 370]

Makes pages, measures and features up and lets the data set grow from half of the exams to all of
them, one exam a call, as when each exam is a run of its own. Prints bytes read and written, and
CPU time, of a call that tells all pages, and of all calls together.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from breastdce.core.exam import ExamId, VoiSource
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.quality_table import write_exam_quality, write_quality
from breastdce.dataset.rows import ExamRow, FeatureRow
from breastdce.qc.report import CheckResult, QcReport, all_checks
from breastdce.radiomics.panel import FeatureRecord
from breastdce.run.describe import Measurements
from breastdce.run.quality_rows import quality_columns, quality_rows
from breastdce.run.standing import write_standings

_PAGE = (
    '<!doctype html>\n<section id="quality" a>\n<h2>Q</h2>\n-\n</section>\n{}\n'
    '<section id="cohort" a>\n<h2>C</h2>\n-\n</section>\n'
)


def main() -> None:
    """Grow a data set and print what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--exams", type=int, default=400)
    parser.add_argument("--page-mb", type=float, default=1.0)
    parser.add_argument("--features", type=int, default=370)
    args = parser.parse_args()
    out = Path(tempfile.mkdtemp())
    try:
        _grow(out, args.exams, args.page_mb, args.features)
    finally:
        shutil.rmtree(out)


def _grow(out: Path, exams: int, page_mb: float, features: int) -> None:
    rng = np.random.Generator(np.random.Philox(1))
    names = [f"T1_E_Made_{number}" for number in range(features)]
    records = [FeatureRecord(name, "made", name, "Made up.", "1", "", "none", "") for name in names]
    measured = [_measured(number, rng) for number in range(exams)]
    rows = [_features(one.row.exam, names, rng) for one in measured]
    filler = "A" * int(page_mb * 1e6)
    for one in measured:
        layout.exam_folder(out, one.row.exam).mkdir(parents=True)
        page = layout.exam_page(out, one.row.exam)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_PAGE.format(filler), encoding="utf-8")
    write_quality_of(out, measured)
    half = exams // 2

    def grow(first: int, last: int) -> None:
        for count in range(first, last + 1):
            write_standings(out, measured[:count], rows, records)

    _say(f"all pages of {half} exams", lambda: grow(half, half))
    _say(f"{exams - half} calls, one exam more each", lambda: grow(half + 1, exams))
    _say("a call with nothing new", lambda: grow(exams, exams))


def write_quality_of(out: Path, measured: list[Measurements]) -> None:
    """Publish the tables of image quality."""
    for one in measured:
        report = msgspec.convert(one.reports["qc"], QcReport)
        write_exam_quality(out, one.row.exam, quality_rows(report))
    write_quality(out, quality_columns())


def _say(what: str, do: Callable[[], None]) -> None:
    before = _now()
    do()
    read, written, cpu = (new - old for new, old in zip(_now(), before, strict=True))
    print(
        f"{what}: read {read / 1e6:.0f} MB, wrote {written / 1e6:.0f} MB, {cpu:.1f} s of CPU time"
    )


def _now() -> tuple[float, float, float]:
    lines = Path("/proc/self/io").read_text().splitlines()
    io = {name: float(value) for name, value in (line.split(": ") for line in lines)}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return io["rchar"], io["wchar"], usage.ru_utime + usage.ru_stime


def _measured(number: int, rng: np.random.Generator) -> Measurements:
    checks = tuple(
        CheckResult(
            name=check.name,
            values=tuple(rng.normal(10, 2, 3 if check.per_phase else 1).tolist()),
            reasons=(None,) * (3 if check.per_phase else 1),
            flagged=(False,) * (3 if check.per_phase else 1),
        )
        for check in all_checks()
    )
    report = msgspec.to_builtins(QcReport(checks=checks, findings=()))
    return Measurements(
        row=_row(number, float(rng.lognormal(2, 1))),
        methods=(),
        exclusions=(),
        feature_reasons={},
        reports={"qc": report},
    )


def _features(exam: ExamId, names: list[str], rng: np.random.Generator) -> FeatureRow:
    values = dict(zip(names, rng.normal(size=len(names)).tolist(), strict=True))
    return FeatureRow(exam=exam, mask=MaskName.STV_CANDIDATE, values=values)


def _row(number: int, ftv_ml: float) -> ExamRow:
    return ExamRow(
        exam=ExamId(f"{number:04d}", "T0"),
        manufacturer="Made",
        manufacturer_model="Made",
        field_strength_t=1.5,
        n_phases=3,
        delays_s=(None, None, None),
        phase_indices=(0, 1, 2),
        native_shape=(4, 4, 4),
        native_spacing_mm=(1.0, 1.0, 1.0),
        image_shape=(4, 4, 4),
        zscore_mean=1.0,
        zscore_sd=1.0,
        pe_threshold_percent=70.0,
        voi=VoiSource.PROPOSED,
        ftv_voxels=100,
        ftv_ml=ftv_ml,
        ser_washout_ml=ftv_ml / 2,
        ser_plateau_ml=ftv_ml / 4,
        ser_persistent_ml=ftv_ml / 4,
        stv_source=None,
        stv_voxels=None,
        stv_ml=None,
        caveats=(),
    )


if __name__ == "__main__":
    main()
