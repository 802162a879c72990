"""The program as a person calls it."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.e2e.conftest import call, rows

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def test_validate_says_valid_and_then_what_is_wrong(demo, tmp_path):
    assert call("validate", demo).returncode == 0
    out = tmp_path / "dataset"
    shutil.copytree(demo, out)
    next(out.rglob("*_ftv.nii.gz")).unlink()
    done = call("validate", out, "--json")
    assert done.returncode == 1
    assert "_ftv.nii.gz" in json.dumps(json.loads(done.stdout))


def test_scan_explains_and_writes_nothing(cohort, tmp_path):
    before = sorted(cohort.rglob("*"))
    done = call("scan", cohort / "dicom", "--out", tmp_path / "DCE.tsv")
    assert done.returncode == 0, done.stderr
    for word in ("why:", "SUBTRACTION", "TOO_FEW_PHASES", "NOT_DICOM"):
        assert word in done.stdout
    assert sorted(cohort.rglob("*")) == before
    found = rows(tmp_path / "DCE.tsv")
    assert len(found) == 4
    used = [row for row in found if row["reason_code"] == "OK"]
    assert used
    assert all(float(row["score"]) > 0 for row in used)  # the list of series agrees


def test_scan_of_an_index_gives_a_row_for_each_exam(tmp_path):
    index, out = tmp_path / "index.csv", tmp_path / "DCE.tsv"
    index.write_text(
        "PatientID,StudyInstanceUID,SeriesInstanceUID,SeriesDescription,SeriesNumber,Modality,"
        "instanceCount\nP1,1.2,1.2.1,SCOUT,1,MR,45\nP1,1.2,1.2.2,Dynamic-3dfgre,2,MR,180\n"
        "P2,1.3,1.3.1,T2 FSE,1,MR,36\nP3,1.4,1.4.1,report,1,SR,1\n"
    )
    done = call("scan", "--index", index, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "2 exams: 1 OK, 1 NO_DCE" in done.stdout
    first, second = rows(out)
    assert (first["dce_series_uid"], first["n_phases"], first["visit"]) == ("1.2.2", "3", "T0")
    assert (second["dce_series_uid"], second["reason_code"]) == ("n/a", "NO_DCE")
    answers = json.loads(call("scan", "--index", index, "--json").stdout)
    assert [answer["patient_id"] for answer in answers] == ["P1", "P2"]


@pytest.mark.parametrize("words", [(), ("--index", "i.csv", "folder")])
def test_scan_wants_a_tree_or_an_index(words):
    done = call("scan", *words)
    assert done.returncode == 2
    assert "Either folders and files, or an index" in done.stderr


def test_scan_as_json_accounts_for_every_file(cohort):
    done = call("scan", cohort / "dicom", "--json")
    found = json.loads(done.stdout)
    files = [path for path in (cohort / "dicom").rglob("*") if path.is_file()]
    assert len(found["files"]) == len(files)
    assert all(record["code"] for record in found["files"])


def test_dry_run_plans_and_writes_nothing(cohort, tmp_path):
    out = tmp_path / "dataset"
    done = call("run", cohort / "dicom", out, "--dry-run")
    assert "n4" in done.stdout
    assert not out.exists()
    assert not list(tmp_path.iterdir())


def test_one_exam_alone_is_done_and_the_others_are_no_failure(tiny_cohort, fast, tmp_path):
    out = tmp_path / "dataset"
    words = ("run", tiny_cohort / "dicom", out, "--recipe", fast, "--exam")
    assert call(*words, "sub-PHANTOM01_ses-1").returncode == 0
    exams = [row for row in rows(out / "exclusions.tsv") if row["level"] == "exam"]
    codes = {row["participant_id"]: row["code"] for row in exams}
    assert codes["sub-PHANTOM02"] == "NOT_SELECTED"
    refused = call(*words, "sub-PHANTOM04_ses-1")
    assert refused.returncode == 1
    assert "TOO_FEW_PHASES" in refused.stdout
    assert call(*words, "sub-NOBODY_ses-1").returncode == 2
    assert [row["exam_id"] for row in rows(out / "exams.tsv")] == ["sub-PHANTOM01_ses-1"]


def test_a_cohort_says_which_exams_are_done(tiny_cohort, fast, tmp_path):
    dce, out = tmp_path / "DCE.tsv", tmp_path / "dataset"
    assert call("scan", tiny_cohort / "dicom", "--out", dce).returncode == 0
    assert call("cohort", dce, tmp_path / "chosen", "--rules", "baseline").returncode == 0
    members = rows(tmp_path / "chosen" / "cohort.tsv")
    chosen = tmp_path / "cohort.tsv"
    lines = [f"{members[0]['patient_id']}\tT0", "NOBODY\tT0"]
    chosen.write_text("\n".join(["patient_id\tvisit", *lines]) + "\n")
    done = call("run", tiny_cohort / "dicom", out, "--recipe", fast, "--cohort", chosen)
    assert done.returncode == 1
    assert "Without such an exam here: 1 patient of the cohort" in done.stdout
    (exam,) = rows(out / "exams.tsv")
    assert exam["exam_id"].endswith("_ses-T0")  # the cohort's rule gives the visit
    left = [row["code"] for row in rows(out / "exclusions.tsv") if row["level"] == "exam"]
    assert "NOT_SELECTED" in left
    assert "NOBODY" not in done.stdout + done.stderr
    assert call("validate", out).returncode == 0
    chosen.write_text("patient_id\tvisit\nNOBODY\tT0\n")
    wrong = call("run", tiny_cohort / "dicom", out, "--cohort", chosen)
    assert (wrong.returncode, "No exam of the cohort" in wrong.stderr) == (2, True)


def test_second_run_says_that_there_is_nothing_to_do(cohort, demo):
    done = call("run", cohort / "dicom", demo)
    assert "Nothing to do" in done.stdout
    assert "not used" in done.stdout


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("run", "missing", "out"), 2),
        (("run", ".", "out", "--recipe", "nonsense"), 2),
        (("run", ".", "inside"), 2),
        (("run", "in", "out", "--pseudonyms", "out/names.tsv"), 2),
        (("run", "in", "out", "--regions", "missing.tsv"), 2),
        (("validate", "missing"), 1),
    ],
)
def test_wrong_calls_are_plain_words(words, status, tmp_path):
    (tmp_path / "in").mkdir()
    done = call(*words, cwd=tmp_path)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "do:" in done.stderr or status == 1


def test_foreign_output_folder_is_refused(cohort, tmp_path):
    (tmp_path / "precious.txt").write_text("keep", encoding="utf-8")
    done = call("run", cohort / "dicom", tmp_path)
    assert done.returncode == 1
    assert "OUTPUT_FOREIGN" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_an_output_folder_below_a_file_is_refused(cohort, tmp_path):
    (tmp_path / "file").write_text("keep", encoding="utf-8")
    done = call("run", cohort / "dicom", tmp_path / "file" / "deep" / "OUT")
    assert done.returncode == 1
    assert "OUTPUT_UNWRITABLE" in done.stderr
    assert "file is a file" in done.stderr


def test_report_is_rebuilt_from_the_data_set_alone(demo, tmp_path):
    out = tmp_path / "dataset"
    shutil.copytree(demo, out)
    shutil.rmtree(out / ".breastdce")
    before = {path.name: path.read_bytes() for path in (out / "report").rglob("*.html")}
    shutil.rmtree(out / "report")
    assert call("report", out).returncode == 0
    assert {path.name: path.read_bytes() for path in (out / "report").rglob("*.html")} == before


def test_scan_of_the_odd_files_has_no_traceback(data):
    done = call("scan", data("dicom_odd"), "--json")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert len(json.loads(done.stdout)["files"]) == 103  # 102 files and their index
