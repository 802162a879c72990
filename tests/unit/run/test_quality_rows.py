"""Lines, columns and page entries that are made of the stage's report."""

from __future__ import annotations

import msgspec

from breastdce.core.codes import Undefined
from breastdce.core.exam import ExamId
from breastdce.dataset.quality_table import COLUMNS, exam_line, write_exam_quality
from breastdce.formats.tables import read_tsv
from breastdce.qc.report import CHECKS, CheckResult, QcReport, all_checks
from breastdce.run.quality_rows import quality_columns, quality_rows
from breastdce.run.quality_view import quality_lines

NOISE = CheckResult(
    name="noise",
    values=(2.0, 3.0, None, 4.0),
    reasons=(None, None, Undefined.AIR_MASKED, None),
    flagged=(False, True, False, False),
)
BPE = CheckResult(name="bpe", values=(20.5,), reasons=(None,), flagged=(False,))
REPORT = QcReport(checks=(BPE, NOISE), findings=(), phase_indices=(1, 2, 3))


def test_a_value_has_one_line_with_its_phase_and_image(tmp_path):
    exam = ExamId("0001", "T0")
    path = write_exam_quality(tmp_path, exam, quality_rows(REPORT))
    bpe, *noise = read_tsv(path, COLUMNS)
    assert (bpe["phase"], bpe["image"], bpe["value"], bpe["unit"]) == (None, None, 20.5, "%")
    assert [row["phase"] for row in noise] == [0, 1, 2, 3]
    assert [row["image"] for row in noise] == [None, 0, 1, 2]
    assert [row["value"] for row in noise] == [2.0, 3.0, None, 4.0]
    assert noise[2]["reason"] == "AIR_MASKED"
    line = exam_line([bpe, *noise], ["bpe", "noise_0", "noise_1", "noise_2"])
    assert (line["noise_0"], line["noise_1"], line["noise_2"]) == (3.0, None, 4.0)
    assert line["flagged"] == "noise"


def test_every_measure_has_its_columns_with_words():
    columns = {column.name: column for column in quality_columns()}
    expected = sum(3 if check.per_phase else 1 for check in all_checks())
    assert len(columns) == expected
    assert columns["bpe"].units == "percent"
    assert columns["snr_gland_1"].units is None
    assert columns["snr_gland_1"].long_name == "SNR of glandular tissue, early phase"
    assert "Higher is better." in columns["snr_gland_1"].description
    assert "Flagged above 2." in columns["motion_shift_2"].description


def test_the_page_gets_every_measure_with_reasons_in_words():
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(REPORT)))
    bpe, noise = quality_lines({"qc": plain})
    assert (bpe.title, bpe.unit, bpe.per_phase) == (CHECKS.get("bpe").title, "%", False)
    assert noise.reasons == ("", "", Undefined.AIR_MASKED.meaning, "")
    assert noise.values == (2.0, 3.0, None, 4.0)


def test_without_the_stage_there_is_nothing_to_show():
    assert quality_lines({}) == ()


def test_a_measure_of_another_version_is_left_out():
    other = msgspec.structs.replace(BPE, name="long_gone")
    report = msgspec.structs.replace(REPORT, checks=(BPE, other))
    assert [line.name for line in quality_lines({"qc": msgspec.to_builtins(report)})] == ["bpe"]
    assert [row["check"] for row in quality_rows(report)] == ["bpe"]
