"""Standings are written into pages once, only where they change, never into a page in work."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.exam import ExamId, VoiSource
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.rows import ExamRow, FeatureRow
from breastdce.radiomics.panel import FeatureRecord
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths
from breastdce.run.standing import write_standings

PAGE = '<p>x</p><section id="cohort" y>\n<h2>z</h2>\nnothing\n</section>\n<section>w</section>'
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


def _write(out: Path, exams: int) -> None:
    rows = [_row(number) for number in range(1, exams + 1)]
    features = [
        FeatureRow(
            exam=row.exam,
            mask=MaskName.STV_CANDIDATE,
            values={"Mean": row.ftv_ml**2, "Histogram_Bin-3_Frequency": row.ftv_ml},
        )
        for row in rows
    ]
    write_standings(out, rows, features, RECORDS)


@pytest.fixture
def out(tmp_path) -> Path:
    for number in range(1, 6):
        page = layout.exam_page(tmp_path, ExamId(f"{number:04d}", "T0"))
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE, encoding="utf-8")
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
