"""From the real index to a cohort: 113 of I-SPY1's 222 patients, by the finder and the rules."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from breastdce.cli.main import main
from breastdce.cohort.definition import shipped_text

pytestmark = pytest.mark.data
WORKBOOK = "ispy1_clinical/I-SPY 1 All Patient Clinical and Outcome Data.xlsx"
FINAL = """
[[rule]]
code = "NOT_LISTED"
label = "In the paper's list"
kind = "listed"
where = "paper_cohort_163.csv"
reference = 163
"""


@pytest.fixture(scope="module")
def cohort(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    shutil.copy(data("ispy1_clinical/paper_cohort_163.csv"), folder)
    (folder / "rules.toml").write_text(shipped_text("rules", "ispy1") + FINAL, encoding="utf-8")
    index = data("ispy1_index/ispy1_series_labelled.parquet")
    assert main(["scan", "--index", str(index), "--out", str(folder / "DCE.tsv")]) == 0
    words = ["--rules", str(folder / "rules.toml"), "--clinical", str(data(WORKBOOK))]
    assert main(["cohort", str(folder / "DCE.tsv"), str(folder / "out"), *words]) == 0
    return folder / "out"


def lines(path, mark="\t"):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=mark))


def test_everyone_is_in_or_has_one_code(cohort):
    gone = [row["code"] for row in lines(cohort / "exclusions.tsv")]
    counts = {code: gone.count(code) for code in set(gone)}
    assert counts == {
        "NOT_PUBLIC": 109,  # of 222, in the other half of the index
        "NO_DCE": 1,
        "TOO_FEW_PHASES": 5,
        "NO_OUTCOME": 1,
        "NOT_LISTED": 28,  # 19 of them have no map of the producer at baseline
    }
    assert len(lines(cohort / "cohort.tsv")) == 78


def test_no_patient_of_the_papers_final_list_is_lost_on_the_way(cohort, data):
    final = {row["patient_id"] for row in lines(data("ispy1_clinical/paper_cohort_163.csv"), ",")}
    lost = {r["patient_id"]: r["code"] for r in lines(cohort / "exclusions.tsv")}
    assert {lost[patient] for patient in final & set(lost)} == {"NOT_PUBLIC"}


def test_makers_of_the_78_at_hand(cohort):
    counts = {row["Model"]: int(row["n"]) for row in lines(cohort / "table2.csv", ",")}
    assert counts.pop("all models") == 22  # the last maker's, Siemens
    assert counts == {
        "Genesis Signa": 46,
        "Signa Excite": 8,
        "Intera": 1,
        "Gyroscan Intera": 1,
        "Magnetom Vision": 6,
        "Vision Plus": 3,
        "Sonata": 13,
    }


def test_no_study_identifier_or_date_is_passed_on(cohort):
    for path in cohort.iterdir():
        content = path.read_bytes()
        assert b"1.3.6.1.4.1.14519" not in content, path.name
        assert b"1985" not in content or path.suffix == ".xlsx", path.name


def test_dictionaries_match(cohort):
    for name in ("cohort", "exclusions", "clinical", "clinical_problems"):
        table = cohort / f"{name}.tsv"
        header = table.read_text(encoding="utf-8").split("\n")[0].split("\t")
        assert list(json.loads((cohort / f"{name}.json").read_text(encoding="utf-8"))) == header
