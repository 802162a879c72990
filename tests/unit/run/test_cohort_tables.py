"""`breastdce cohort` from made tables: who is in, what is written, and what a wrong call says."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from msgspec import structs

from breastdce.cli.main import main
from breastdce.core.codes import ErrorCode, ExamCode, SeriesCode
from breastdce.core.exam import ExamId, VoiSource
from breastdce.dataset import layout
from breastdce.dataset.rows import ExamRow, ExclusionRow, Level
from breastdce.dataset.tables import write_exams as write_dataset_exams
from breastdce.dataset.tables import write_exclusions
from breastdce.formats.tables import read_raw_tsv
from breastdce.run.cohort_files import FILES
from tests.unit.run.made_cohort import (
    CLINICAL,
    COLUMNS,
    DATE,
    EXAMS,
    UID,
    write_exams,
    write_schema,
)


class Call:
    """A call that works, for tests to spoil."""

    def __init__(self, folder: Path) -> None:
        self.exams = write_exams(folder / "DCE.tsv")
        self.schema = write_schema(folder / "schema.toml")
        self.clinical = folder / "clinical.csv"
        self.clinical.write_text(CLINICAL, encoding="utf-8")
        self.dest = folder / "cohort"
        self.folder = folder

    def __call__(self, *more: str, source: Path | None = None) -> int:
        words = ["cohort", str(source or self.exams), str(self.dest)]
        if "--rules" not in more or more[more.index("--rules") + 1] != "baseline":
            words += ["--clinical", str(self.clinical), "--schema", str(self.schema)]
        return main([*words, *more])

    def rows(self, name: str) -> list[dict[str, str]]:
        names, lines = read_raw_tsv(self.dest / f"{name}.tsv")
        return [dict(zip(names, line, strict=True)) for line in lines]


@pytest.fixture
def call(tmp_path) -> Call:
    return Call(tmp_path)


def test_rules_for_a_visit_that_nobody_has_say_which_there_are(call, capsys):
    assert call("--rules", "baseline") == 0
    assert "no exam is of the visit" not in capsys.readouterr().out
    write_exams(
        call.exams, [{**row, "visit": visit} for row, visit in zip(EXAMS[:4], "1112", strict=True)]
    )
    assert call("--rules", "baseline") == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "no exam is of the visit T0 that the rules ask for; there are: 1 (3), 2 (1)" in words


def test_every_patient_is_in_or_out_with_one_code(call):
    assert call() == 0
    assert [row["patient_id"] for row in call.rows("cohort")] == [
        "ISPY1_1001",
        "ISPY1_1002",
        "ISPY1_1159",
    ]
    assert {row["patient_id"][6:]: row["code"] for row in call.rows("exclusions")} == {
        "1003": "NO_BASELINE",
        "1004": "NO_DCE",
        "1005": "TOO_FEW_PHASES",
        "1006": "PIXELS_BAD",
        "1007": "DCE_UNUSABLE",
        "1008": "NOT_PUBLIC",
        "1239": "NO_OUTCOME",
    }


def test_rows_join_exam_scanner_and_clinic_and_say_who_is_an_exception(call):
    call()
    first, second, third = call.rows("cohort")
    assert (first["visit"], first["n_phases"], first["age_years"]) == ("T0", "3", "48.8")
    assert second["manufacturer_model"] == "Sonata"
    assert (first["kept_despite"], third["kept_despite"]) == ("n/a", "NO_RECEPTORS")


def test_all_files_are_written_and_every_table_has_its_dictionary(call, capsys):
    call()
    assert {path.name for path in call.dest.iterdir()} == set(FILES)
    for name in ("cohort", "exclusions", "clinical", "clinical_problems"):
        entries = json.loads((call.dest / f"{name}.json").read_text())
        assert list(entries) == read_raw_tsv(call.dest / f"{name}.tsv")[0]
    words = capsys.readouterr().out
    assert "In the cohort: 3 of 10 patients." in words
    assert "not for sharing" in " ".join(words.split())
    assert "Not counted: 1 exam without" in words


def test_no_uid_and_no_date_leaves_the_table_of_exams(call):
    call()
    for path in call.dest.iterdir():
        payload = path.read_bytes()
        if path.suffix == ".xlsx":
            sheets = openpyxl.load_workbook(path).worksheets
            payload = repr([list(sheet.values) for sheet in sheets]).encode()
        assert UID.encode() not in payload, path.name
        assert DATE.encode() not in payload, path.name


def test_the_same_call_gives_the_same_bytes_and_cleans_up_after_another(call):
    call()
    before = {path.name: path.read_bytes() for path in call.dest.iterdir()}
    call("--rules", "baseline")
    left = {path.name for path in call.dest.iterdir()}
    assert set(before) - left == {"clinical.tsv", "clinical.json", "table1.csv", "table1.xlsx"}
    call()
    assert {path.name: path.read_bytes() for path in call.dest.iterdir()} == before


def test_problems_are_listed_row_by_row(call):
    text = CLINICAL.replace("48,8", "1,234").replace("200;1", "200;7") + "1001;1;1;1;1;1;1\n"
    call.clinical.write_text(text, encoding="utf-8")
    assert call() == 0
    seen = [(r["row"], r["column"], r["code"], r["value"]) for r in call.rows("clinical_problems")]
    assert seen[:3] == [
        ("2", "age_years", "NUMBER_AMBIGUOUS", "1,234"),
        ("3", "rfs_event", "CODE_UNKNOWN", "7"),
        ("11", "n/a", "PATIENT_TWICE", "n/a"),
    ]
    assert {code for _, _, code, _ in seen[3:]} == {"NO_CLINICAL", "NO_IMAGES"}


def test_tables_come_as_numbers_in_xlsx_and_as_printed_in_csv(call):
    call()
    with (call.dest / "table1.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[1][:4] == ["Patients", "n", "1", "2"]
    assert lines[2] == ["Patients", "% of all", "33", "67", "n/a", "n/a", "n/a", "n/a"]
    sheet = openpyxl.load_workbook(call.dest / "table1.xlsx")["table1"]
    assert list(sheet.values)[1][:4] == ("Patients", "n", 1, 2)
    with (call.dest / "table2.csv").open(encoding="utf-8", newline="") as file:
        counts = {(line[0], line[1]): line[2] for line in csv.reader(file)}
    assert counts["GE", "Genesis Signa"] == "2"
    assert counts["Siemens", "Sonata"] == "1"


def test_the_summary_as_json_adds_up(call, capsys):
    assert call("--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["known"] - sum(step["excluded"] for step in said["steps"]) == said["included"] == 3
    assert said["not_for_sharing"] is True
    assert said["exceptions"][0]["patient_id"] == "ISPY1_1159"
    assert set(said["files"]) == set(FILES)


def test_the_drawing_is_well_formed_and_tells_the_counts(call):
    call()
    root = ET.fromstring((call.dest / "flow.svg").read_text(encoding="utf-8"))  # noqa: S314  # ours
    words = " ".join(root.itertext())
    assert "Patients known: 10." in words
    assert "In the cohort: 3" in words
    assert 'x2["NO_BASELINE: 1 excluded"]' in (call.dest / "flow.mmd").read_text()


RULES = """
schema = 1
name = "mine"
title = "Mine <b>[bold] & co"
table1 = "one.toml"
[[rule]]
code = "NO_BASELINE"
label = "Baseline \\"T0\\""
kind = "visit"
[[rule]]
code = "NOT_LISTED"
label = "In the list"
kind = "listed"
where = "list.csv"
column = "who"
reference = 2
"""


TABLE = """
schema = 1
name = "one"
title = "One"
group = "hr"
[[column]]
value = "1"
label = "HR"
[[row]]
kind = "count"
label = "Patients"
"""


def test_rules_of_ones_own_name_files_beside_them(call, capsys):
    rules = call.folder / "rules" / "mine.toml"
    rules.parent.mkdir()
    rules.write_text(RULES, encoding="utf-8")
    (rules.parent / "list.csv").write_text("n;Who\n1;ISPY1_1001\n2;ISPY1_1007\n3;ISPY1_2000\n")
    (rules.parent / "one.toml").write_text(TABLE, encoding="utf-8")
    assert call("--rules", str(rules)) == 0
    assert [row["patient_id"] for row in call.rows("cohort")] == ["ISPY1_1001", "ISPY1_1007"]
    assert call.rows("clinical_problems")[-1]["code"] == "NOT_KNOWN"
    assert (call.dest / "table1.csv").read_text() == "Characteristic,Statistic,HR\nPatients,n,2\n"
    page = (call.dest / "index.html").read_text()
    assert "Mine &lt;b&gt;[bold]" in page
    assert "Mine <b>" not in page
    assert "Mine <b>[bold]" in capsys.readouterr().out
    assert "#quot;T0#quot;" in (call.dest / "flow.mmd").read_text()


def test_a_list_without_its_column_is_named(call, capsys):
    rules = call.folder / "mine.toml"
    rules.write_text(RULES.replace('table1 = "one.toml"\n', ""), encoding="utf-8")
    for text in ("n;patient\n1;ISPY1_1001\n", ""):
        (call.folder / "list.csv").write_text(text)
        status, words = refused(call, capsys, "--rules", str(rules))
        assert status == 1
        assert "COLUMN_MISSING" in words
        assert "file: list.csv; missing: who" in words


def test_rules_without_a_clinical_table_have_no_table_of_characteristics(call, tmp_path):
    rules = call.folder / "mine.toml"
    (call.folder / "one.toml").write_text(TABLE, encoding="utf-8")
    for named, why in ((True, "no clinical table was given"), (False, "the rules name none")):
        kept = RULES.split("[[rule]]")[:2]
        text = "[[rule]]".join(kept)
        if not named:
            text = text.replace('table1 = "one.toml"\n', "")
        rules.write_text(text, encoding="utf-8")
        assert main(["cohort", str(call.exams), str(call.dest), "--rules", str(rules)]) == 0
        assert f"No table of characteristics: {why}" in (call.dest / "index.html").read_text()
        assert not (call.dest / "table1.csv").exists()


def test_nobody_in_the_cohort_is_a_result_and_no_error(call, capsys):
    write_exams(call.exams, [row for row in EXAMS if row.get("visit") == "T1"])
    assert call() == 0
    assert "In the cohort: 0 of 9 patients" in capsys.readouterr().out
    assert call.rows("cohort") == []
    assert "Patients,% of all,n/a,n/a" in (call.dest / "table1.csv").read_text()


def test_a_table_without_a_row_is_a_result_too(call):
    write_exams(call.exams, [])
    assert call("--rules", "baseline") == 0
    assert call.rows("cohort") == []


def test_few_columns_are_enough_for_rules_that_need_no_more(call):
    write_exams(call.exams, columns=[*COLUMNS[:7], "visit"])
    assert call("--rules", "baseline") == 0
    assert call.rows("cohort")[0]["manufacturer"] == "n/a"
    assert "not stated" in (call.dest / "table2.csv").read_text()


def refused(call, capsys, *more: str, source: Path | None = None) -> tuple[int, str]:
    status = call(*more, source=source)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3, lines
    assert not call.dest.exists()
    return status, "\n".join(lines)


def test_a_column_that_a_rule_needs_is_named_with_the_rule(call, capsys):
    write_exams(call.exams, columns=COLUMNS[:7])
    status, words = refused(call, capsys)
    assert status == 1
    assert "COLUMN_MISSING" in words
    assert "rule: NO_BASELINE; missing: visit" in words


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("reason_code", "FINE", "reason_code"),
        ("n_phases", "three", "n_phases"),
        ("n_phases", "2.5", "n_phases"),
        ("visit", "before therapy", "visit"),
        ("field_strength_t", "-1", "field_strength_t"),
        ("manufacturer", "x" * 65, "short line"),
    ],
)
def test_a_wrong_cell_of_the_exams_is_named_by_its_line(call, capsys, column, value, why):
    write_exams(call.exams, [*EXAMS[:2], EXAMS[2] | {column: value}])
    status, words = refused(call, capsys)
    assert status == 1
    assert "line: 4" in words
    assert why in words


def test_a_date_in_a_workbook_of_exams_is_named_by_its_line(call, capsys):
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append(COLUMNS)
    row = EXAMS[0] | {"visit": datetime(1985, 4, 13)}  # noqa: DTZ001 - as a workbook has it
    sheet.append([row.get(name) for name in COLUMNS])
    made.save(call.folder / "DCE.xlsx")
    status, words = refused(call, capsys, source=call.folder / "DCE.xlsx")
    assert status == 1
    assert "line: 2; why: a cell holds a date or an error" in words
    assert DATE not in words


def test_rules_about_clinic_without_a_clinical_table_are_a_wrong_call(call, capsys):
    assert main(["cohort", str(call.exams), str(call.dest)]) == 2
    assert "--clinical" in capsys.readouterr().err


def test_a_column_that_the_schema_lacks_is_named(call, capsys):
    text = call.schema.read_text(encoding="utf-8").replace('name = "rfs_event"', 'name = "event"')
    call.schema.write_text(text, encoding="utf-8")
    status, words = refused(call, capsys)
    assert status == 1
    assert "missing: rfs_event" in words


@pytest.mark.parametrize(
    ("spoil", "code", "status"),
    [
        (lambda call: call.clinical.write_bytes(b"\xd0\xcf\x11\xe0"), "SHEET_UNREADABLE", 1),
        (lambda call: call.clinical.write_text("a;b\n1;2\n"), "COLUMN_MISSING", 1),
        (lambda call: call.clinical.unlink(), "CALL_INVALID", 2),
        (lambda call: call.schema.write_text("schema = 1\nnam = 2\n"), "DEFINITION_INVALID", 2),
        (lambda call: call.exams.write_text("who\twhat\n"), "COLUMN_MISSING", 1),
        (lambda call: call.exams.write_text(""), "COLUMN_MISSING", 1),
        (lambda call: call.exams.unlink(), "CALL_INVALID", 2),
    ],
)
def test_each_wrong_file_is_one_error_and_nothing_is_written(call, capsys, spoil, code, status):
    spoil(call)
    assert refused(call, capsys)[0] == status
    assert call() == status
    assert code in capsys.readouterr().err


@pytest.mark.parametrize("rules", ["nonsense", "nowhere.toml"])
def test_unknown_rules_are_a_wrong_call(call, capsys, rules):
    assert refused(call, capsys, "--rules", rules)[0] == 2


@pytest.mark.parametrize("name", ["notes.txt", "exclusions.tsv", "dataset_description.json"])
def test_a_folder_of_something_else_is_left_alone(call, capsys, name):
    call.dest.mkdir()
    (call.dest / name).write_text("mine")
    assert call() == 1
    assert ErrorCode.OUTPUT_FOREIGN in capsys.readouterr().err
    assert [path.name for path in call.dest.iterdir()] == [name]


def _dataset(root: Path) -> Path:
    row = ExamRow(
        exam=ExamId("ISPY11001", "T0"),
        manufacturer="Siemens",
        manufacturer_model="Vision",
        field_strength_t=1.5,
        n_phases=3,
        delays_s=(None, None, None),
        phase_indices=(0, 1, 2),
        native_shape=(1, 1, 1),
        native_spacing_mm=(1.0, 1.0, 1.0),
        image_shape=(1, 1, 1),
        zscore_mean=None,
        zscore_sd=None,
        pe_threshold_percent=70.0,
        voi=VoiSource.BREAST,
        ftv_voxels=0,
        ftv_ml=0.0,
        ser_washout_ml=0.0,
        ser_plateau_ml=0.0,
        ser_persistent_ml=0.0,
    )
    out = ExclusionRow(
        level=Level.EXAM,
        participant="ISPY11159",
        visit="T0",
        series_number=None,
        modality=None,
        n_files=3,
        code=ExamCode.NO_DCE,
    )
    layout.description(root).parent.mkdir()
    layout.description(root).write_text("{}")
    write_dataset_exams(root, [row])
    series = structs.replace(out, level=Level.SERIES, code=SeriesCode.LOCALIZER)
    write_exclusions(root, [out, series, structs.replace(out, participant=None, visit=None)])
    return root


def test_a_data_set_is_a_source_too_and_its_names_are_joined(call, capsys):
    root = _dataset(call.folder / "OUT")
    assert call(source=root) == 0
    (row,) = call.rows("cohort")
    assert (row["patient_id"], row["age_years"]) == ("ISPY11001", "48.8")
    found = {row["patient_id"]: row["code"] for row in call.rows("exclusions")}
    assert found["ISPY11159"] == "NO_DCE"
    assert found["ISPY11002"] == "NOT_PUBLIC"
    words = capsys.readouterr().out
    assert "not for sharing" not in words
    assert "Not counted: 1 exam without" in words
    assert "Magnetom Vision,1" in (call.dest / "table2.csv").read_text()


def test_two_patients_whom_a_data_set_would_give_one_name_are_refused(call, capsys):
    root = _dataset(call.folder / "OUT")
    table = call.clinical.read_text(encoding="utf-8")
    call.clinical.write_text(table.replace("1002;50", "10-01;50"), encoding="utf-8")
    schema = call.schema.read_text(encoding="utf-8")
    call.schema.write_text(schema.replace('kind = "integer"\nprefix', 'kind = "text"\nprefix'))
    status, words = refused(call, capsys, source=root)
    assert status == 1
    assert "patient: ISPY11001" in words


def test_a_cohort_is_never_written_into_its_data_set(call, capsys):
    root = _dataset(call.folder / "OUT")
    call.dest = root / "cohort"
    assert refused(call, capsys, source=root)[0] == 1


def test_a_rule_about_what_a_data_set_does_not_tell_is_refused(call, capsys):
    root = _dataset(call.folder / "OUT")
    rules = call.folder / "side.toml"
    rules.write_text(
        'schema = 1\nname = "s"\ntitle = "S"\n[[rule]]\ncode = "LATERALITY"\nlabel = "Left"\n'
        'kind = "laterality"\nallowed = ["L"]\n'
    )
    words = refused(call, capsys, "--rules", str(rules), source=root)[1]
    assert "missing: laterality" in words
