"""The paper's cohort from the public workbook: Table 1 in every cell, and the flow to 163."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from breastdce.cli.main import main
from breastdce.cohort.characteristics import characteristics, parse_characteristics
from breastdce.cohort.clinical import ClinicalTable, read_clinical
from breastdce.cohort.definition import shipped_text
from breastdce.cohort.patient import Patient
from breastdce.core.codes import ClinicalCode
from breastdce.formats.sheets import read_sheet
from breastdce.run.cohort_definitions import read_schema
from tests.unit.run.made_cohort import GOOD, write_exams

pytestmark = pytest.mark.data
WORKBOOK = "ispy1_clinical/I-SPY 1 All Patient Clinical and Outcome Data.xlsx"
LIST = "ispy1_clinical/paper_cohort_163.csv"
# The paper's scanners (its Table 2), for a made table of exams that has as many of each.
SCANNERS = (
    *[("GE MEDICAL SYSTEMS", "GENESIS_SIGNA")] * 95,
    *[("GE MEDICAL SYSTEMS", "SIGNA EXCITE")] * 16,
    *[("Philips Medical Systems", "Intera")] * 10,
    *[("Philips Medical Systems", "Gyroscan Intera")] * 2,
    *[("SIEMENS", "MAGNETOM VISION")] * 15,
    *[("SIEMENS", "MAGNETOM VISION plus")] * 4,
    *[("SIEMENS", "Sonata")] * 21,
)


@pytest.fixture(scope="module")
def table(data) -> ClinicalTable:
    path, schema = data(WORKBOOK), read_schema("ispy1")
    return read_clinical(schema, [read_sheet(path, rule.name) for rule in schema.sheet])


@pytest.fixture(scope="module")
def final(data) -> set[str]:
    with data(LIST).open(encoding="utf-8", newline="") as file:
        return {row["patient_id"] for row in csv.DictReader(file)}


def test_the_workbook_is_read_as_it_is(table):
    assert len(table.rows) == 221
    missing = {
        name: sum(row[name] is None for row in table.rows.values())
        for name in ("age_years", "hr", "her2", "subtype", "rfs_event", "pcr", "rcb")
    }
    assert missing == {
        "age_years": 0,
        "hr": 2,
        "her2": 5,
        "subtype": 5,
        "rfs_event": 0,
        "pcr": 6,
        "rcb": 20,
    }


def test_its_two_codes_that_its_dictionary_lacks_are_the_only_problems(table):
    found = [(problem.patient_id, problem.column, problem.code) for problem in table.problems]
    unknown = ClinicalCode.CODE_UNKNOWN
    assert found == [("ISPY1_1070", "race", unknown), ("ISPY1_1106", "race", unknown)]


def test_table_1_of_the_paper(table, final):
    patients = [
        Patient(patient_id=name, clinical=row) for name, row in table.rows.items() if name in final
    ]
    definition = parse_characteristics(shipped_text("tables", "ispy1_characteristics"), "paper")
    made = characteristics(definition, patients, [column.name for column in table.columns])
    cells = {(line.label, line.statistic): tuple(map(str, line.figures)) for line in made.lines}
    assert cells == {
        ("Patients", "n"): ("119", "44"),
        ("Patients", "% of all"): ("73", "27"),
        ("Age (years)", "minimum"): ("27.9", "28.8"),
        ("Age (years)", "maximum"): ("68.8", "68.3"),
        ("Age (years)", "median"): ("48.8", "48.8"),
        ("HR positive", "n"): ("67", "25"),
        # The paper prints 56 and 40 where 25/44 and 18/44 are 56.8 and 40.9.
        ("HR positive", "% of column"): ("56", "57"),
        ("HER2 positive", "n"): ("34", "18"),
        ("HER2 positive", "% of column"): ("29", "41"),
        ("Triple negative", "n"): ("29", "10"),
        ("Triple negative", "% of column"): ("24", "23"),
    }
    assert made.differences == 2


@pytest.fixture
def flow(data, table, final, tmp_path, capsys):
    """The whole command: made exams of 222 patients, the workbook, rules beside the list."""
    write_exams(tmp_path / "DCE.tsv", _exams(table, final))
    (tmp_path / "rules").mkdir()
    rules = shipped_text("rules", "ispy1").replace("[[exception]]", FINAL + "[[exception]]")
    (tmp_path / "rules" / "paper.toml").write_text(rules, encoding="utf-8")
    shutil.copy(data(LIST), tmp_path / "rules" / "final.csv")
    words = ["cohort", tmp_path / "DCE.tsv", tmp_path / "out", "--clinical", data(WORKBOOK)]
    words += ["--rules", tmp_path / "rules" / "paper.toml", "--json"]
    assert main(list(map(str, words))) == 0
    return json.loads(capsys.readouterr().out), tmp_path / "out"


FINAL = """
[[rule]]
code = "NOT_LISTED"
label = "In the paper's list"
kind = "listed"
where = "final.csv"
reference = 163

"""


def _exams(table: ClinicalTable, final: set[str]) -> list[dict[str, str]]:
    """222 patients: 15 with too few phases, 44 not in the list, of these 20 without baseline."""
    names = sorted({*table.rows, "ISPY1_1000"})
    others = [name for name in names if name not in final]
    few, late = set(others[:15]), set(others[15:35])
    scanners = iter(SCANNERS)
    rows = []
    for name in names:
        maker, model = next(scanners) if name in final else SCANNERS[0]
        row = {"patient_id": name, **GOOD, "manufacturer": maker, "manufacturer_model": model}
        row |= {"n_phases": "2"} if name in few else {}
        row |= {"visit": "T1"} if name in late else {}
        rows.append(row)
    return rows


def test_the_flow_ends_at_the_paper_s_163(flow):
    said, _ = flow
    remaining = {step["code"]: step["remaining"] for step in said["steps"]}
    assert said["known"] == 222
    assert remaining["NOT_PUBLIC"] == 222
    assert remaining["NO_BASELINE"] - remaining["TOO_FEW_PHASES"] == 15
    assert said["included"] == remaining["NOT_LISTED"] == 163
    kept = [entry["patient_id"] for entry in said["exceptions"]]
    assert kept == ["ISPY1_1159", "ISPY1_1173"]
    assert said["unneeded_exceptions"] == []


def test_both_tables_of_the_command_are_the_paper_s(flow):
    said, out = flow
    assert said["differences"] == {"table1": 2, "table2": 0}
    with (Path(out) / "table2.csv").open(encoding="utf-8", newline="") as file:
        counts = {line["Model"]: line["n"] for line in csv.DictReader(file)}
    assert counts["Genesis Signa"] == "95"
    assert counts["Vision Plus"] == "4"
