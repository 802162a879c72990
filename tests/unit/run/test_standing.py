"""Standings are written into pages once, only where they change, never into a page in work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.exam import ExamId, VoiSource
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.quality_table import write_exam_quality, write_quality
from breastdce.dataset.rows import ExamRow, FeatureRow
from breastdce.qc.report import CheckResult, QcReport
from breastdce.radiomics.panel import FeatureRecord
from breastdce.run.describe import Measurements
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths
from breastdce.run.quality_rows import quality_columns, quality_rows
from breastdce.run.quality_standing import QualityCohort, quality_cohorts
from breastdce.run.standing import write_standings

PAGE = (
    '<p>x</p><section id="quality" y>\n<h2>q</h2>\nnot measured\n</section>\n'
    '<section id="cohort" y>\n<h2>z</h2>\nnothing\n</section>\n<section>w</section>'
)
RECORDS = [
    FeatureRecord(name, "family", name, f"What {name} is.", "1", "", "none", "")
    for name in ("Mean", "Histogram_Bin-3_Frequency")
]


def _row(number: int) -> ExamRow:
    return ExamRow(
        exam=ExamId(f"{number:04d}", "T0"),
        manufacturer="GE",
        manufacturer_model="Other",
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
        ftv_voxels=100 * number,
        ftv_ml=float(number),
        ser_washout_ml=number / 2,
        ser_plateau_ml=number / 4,
        ser_persistent_ml=number / 4,
        stv_source=None,
        stv_voxels=None,
        stv_ml=None,
        caveats=(),
        shifted_day=None,
    )


def _report(number: int, bpe: float | None) -> QcReport:
    """Quality of an exam whose noise is its number in every phase."""
    noise = CheckResult(
        name="noise", values=(float(number),) * 3, reasons=(None,) * 3, flagged=(False,) * 3
    )
    reason = None if bpe is not None else Undefined.EMPTY_REGION
    share = CheckResult(name="bpe", values=(bpe,), reasons=(reason,), flagged=(False,))
    return QcReport(checks=(share, noise), findings=())


def _measured(number: int, report: QcReport | None) -> Measurements:
    reports: dict[str, object] = {} if report is None else {"qc": msgspec.to_builtins(report)}
    return Measurements(
        row=_row(number), methods=(), exclusions=(), feature_reasons={}, reports=reports
    )


def _write(out: Path, exams: int, reports: Mapping[int, QcReport] | None = None) -> None:
    rows = [_row(number) for number in range(1, exams + 1)]
    features = [
        FeatureRow(
            exam=row.exam,
            mask=MaskName.STV_CANDIDATE,
            values={"Mean": row.ftv_ml**2, "Histogram_Bin-3_Frequency": row.ftv_ml},
        )
        for row in rows
    ]
    known = reports or {}
    measured = [_measured(number, known.get(number)) for number in range(1, exams + 1)]
    write_standings(out, measured, features, RECORDS)


def _make_pages(out: Path, numbers: Iterable[int]) -> None:
    for number in numbers:
        page = layout.exam_page(out, ExamId(f"{number:04d}", "T0"))
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE, encoding="utf-8")


@pytest.fixture
def out(tmp_path) -> Path:
    _make_pages(tmp_path, range(1, 6))
    return Path(tmp_path)


def pages(out: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted((out / "report/exams").iterdir())]


def stamps(out: Path) -> list[int]:
    return [path.stat().st_mtime_ns for path in sorted((out / "report/exams").iterdir())]


def test_every_page_says_its_rank(out):
    _write(out, 5)
    for number, page in enumerate(pages(out), start=1):
        assert "5 exams are in this data set" in page
        assert f"FTV (mL): {number}.000, rank {6 - number} of 5" in page
        assert "Mean" in page
        assert "Bin-3" not in page
        assert "STV (mL)" not in page  # no exam has one
        assert page.startswith("<p>x</p>")
        assert page.endswith("</section>\n<section>w</section>")


def test_a_second_call_writes_nothing(out):
    _write(out, 5)
    before = stamps(out)
    _write(out, 5)
    assert stamps(out) == before


def test_another_exam_changes_all_pages_and_a_new_page_is_filled(out):
    _write(out, 4)
    assert "4 exams are" in pages(out)[0]
    assert "nothing" in pages(out)[4]
    _write(out, 5)
    assert all("5 exams are" in page for page in pages(out))
    fresh = layout.exam_page(out, ExamId("0002", "T0"))
    fresh.write_text(PAGE, encoding="utf-8")  # the exam was made again
    _write(out, 5)
    assert "5 exams are" in pages(out)[1]


def test_a_page_in_work_or_gone_is_left_to_its_writer(out):
    layout.exam_page(out, ExamId("0003", "T0")).unlink()
    with locked(WorkPaths(out).lock("sub-0001_ses-T0")):
        _write(out, 5)
    found = pages(out)
    assert "nothing" in found[0]
    assert all("5 exams are" in page for page in found[1:])
    _write(out, 5)
    assert "5 exams are" in pages(out)[0]


@pytest.fixture
def graded(out) -> tuple[Path, dict[int, QcReport]]:
    """Five exams of rising noise, four of them with background enhancement, and their table."""
    reports = {number: _report(number, None if number == 3 else 10.0) for number in range(1, 6)}
    for number, report in reports.items():
        folder = layout.exam_folder(out, ExamId(f"{number:04d}", "T0"))
        folder.mkdir(parents=True)
        write_exam_quality(out, ExamId(f"{number:04d}", "T0"), quality_rows(report))
    write_quality(out, quality_columns())
    return out, reports


def test_a_percentile_is_the_share_at_or_below_of_five_values_or_more(graded):
    out, _ = graded
    cohorts = quality_cohorts(out)
    assert set(cohorts) == {f"sub-{number:04d}_ses-T0" for number in range(1, 6)}
    for number, cohort in enumerate(cohorts.values(), start=1):
        noise = dict.fromkeys(("noise_0", "noise_1", "noise_2"), 20.0 * number)
        assert cohort == QualityCohort(5, noise)  # bpe has four values


def test_equal_values_share_the_percentile_of_the_last_of_them(graded):
    out, _ = graded
    exam = ExamId("0003", "T0")
    write_exam_quality(out, exam, quality_rows(_report(2, 10.0)))
    write_quality(out, quality_columns())
    places = [cohort.percentiles for cohort in quality_cohorts(out).values()]
    assert [place["noise_0"] for place in places] == [20.0, 60.0, 60.0, 80.0, 100.0]
    assert [place["bpe"] for place in places] == [100.0] * 5


def test_without_a_table_of_quality_there_is_no_percentile(out):
    assert quality_cohorts(out) == {}


def test_the_section_on_quality_says_the_percentile(graded):
    out, reports = graded
    _write(out, 5, reports)
    for number, page in enumerate(pages(out), start=1):
        assert page.count(f"P{20 * number}</span>") == 3
        assert "of those of the 5 exams" in page
        assert "not measured" not in page
        assert page.startswith('<p>x</p><section id="quality" y>\n<h2>q</h2>\n')
        assert "5 exams are in this data set" in page
    before = stamps(out)
    _write(out, 5, reports)
    assert stamps(out) == before


def test_a_page_of_a_recipe_without_the_step_keeps_its_section_on_quality(out):
    _write(out, 5)
    assert all("not measured" in page for page in pages(out))


def _written(out: Path, exams: int) -> int:
    """How many pages a call writes."""
    before = stamps(out)
    _write(out, exams)
    return sum(one != other for one, other in zip(before, stamps(out), strict=True))


def test_up_to_twenty_exams_every_page_follows_a_new_exam(tmp_path):
    _make_pages(tmp_path, range(1, 21))
    assert _written(tmp_path, 19) == 19
    assert _written(tmp_path, 20) == 20


def test_of_many_exams_all_pages_follow_when_one_in_twenty_is_new(tmp_path):
    _make_pages(tmp_path, range(1, 44))
    assert _written(tmp_path, 40) == 40
    assert _written(tmp_path, 41) == 1  # the new one, which is told at once
    assert "41 exams are" in pages(tmp_path)[40]
    assert "40 exams are" in pages(tmp_path)[0]
    assert _written(tmp_path, 41) == 0
    assert _written(tmp_path, 42) == 1
    assert _written(tmp_path, 43) == 43  # three of 43
    assert all("43 exams are" in page for page in pages(tmp_path))


def test_pages_that_were_all_made_again_are_all_told(tmp_path):
    _make_pages(tmp_path, range(1, 42))
    _write(tmp_path, 40)
    _write(tmp_path, 41)
    _make_pages(tmp_path, range(1, 42))  # as `breastdce report` does
    assert _written(tmp_path, 41) == 41
    assert all("41 exams are" in page for page in pages(tmp_path))


def test_a_withdrawn_exam_counts_as_a_change(tmp_path):
    _make_pages(tmp_path, range(1, 41))
    _write(tmp_path, 40)
    assert _written(tmp_path, 39) == 0
    assert _written(tmp_path, 38) == 38


def test_another_version_tells_all_pages(tmp_path):
    _make_pages(tmp_path, range(1, 41))
    _write(tmp_path, 40)
    memory = WorkPaths(tmp_path).root / "standing.json"
    memory.write_bytes(memory.read_bytes().replace(b'"version":"', b'"version":"0.'))
    assert _written(tmp_path, 40) == 40
