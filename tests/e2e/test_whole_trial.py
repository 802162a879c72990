"""A generated trial of five makers in which every exam has a defect: nobody lost, nobody named."""

from __future__ import annotations

import resource
from pathlib import Path

import msgspec
import pytest

from breastdce.core.workers import available_cores
from breastdce.dataset import layout
from breastdce.dataset.validate import validate
from breastdce.run.cohort import rebuild_report
from breastdce.testing.archive.account import account
from breastdce.testing.archive.clinical import RULES, SCHEMA, WORKBOOK
from breastdce.testing.archive.defects._contract import DEFECTS
from breastdce.testing.archive.makers import MAKERS
from breastdce.testing.archive.marks import WORD, mark
from breastdce.testing.archive.plan import TrialParams
from breastdce.testing.archive.traces import leaks
from breastdce.testing.archive.truth import cohort_of
from breastdce.testing.archive.write import DICOM, write_trial
from tests.e2e.conftest import call, digests, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("trial")]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Folder and truth."""
    folder = tmp_path_factory.mktemp("trial")
    return folder, write_trial(folder, TrialParams(patients=5, size="tiny", defects=1.0))


@pytest.fixture(scope="module")
def dataset(trial, fast, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("made") / "dataset"
    run(trial[0] / DICOM, out=out, jobs=1, recipe=fast)
    return out


def pseudonyms(out: Path) -> Path:
    return out.parent / f"{out.name}-pseudonyms.tsv"


def test_every_maker_and_every_defect_is_in_the_trial(trial):
    exams = trial[1].exams
    assert {exam.maker for exam in exams} == {maker.name for maker in MAKERS}
    assert {exam.defect for exam in exams} == set(DEFECTS.names())
    assert {patient.identity_removed for patient in trial[1].patients} == {True, False}


def test_every_exam_and_series_is_where_the_truth_says(trial, dataset):
    found = account(dataset, trial[1], pseudonyms(dataset))
    assert found.problems == ()
    assert found.used + sum(found.refused.values()) == found.exams == len(trial[1].exams)
    assert found.patients == 5


def test_an_exam_that_is_lost_or_told_wrongly_is_noticed(trial, dataset):
    truth = trial[1]
    used = next(exam for exam in truth.exams if not exam.code)
    other = msgspec.structs.replace(used, visit="9", code="NO_DCE")
    patient = next(p for p in truth.patients if used in p.exams)
    more = msgspec.structs.replace(patient, exams=(*patient.exams, other))
    people = tuple(more if p is patient else p for p in truth.patients)
    wrong = account(dataset, replace_patients(truth, people), pseudonyms(dataset)).problems
    assert any("ses-9" in problem and "lost" in problem for problem in wrong)
    fewer = msgspec.structs.replace(patient, exams=())
    people = tuple(fewer if p is patient else p for p in truth.patients)
    wrong = account(dataset, replace_patients(truth, people), pseudonyms(dataset)).problems
    assert any("nobody put it there" in problem for problem in wrong)


def replace_patients(truth, people):
    return msgspec.structs.replace(truth, patients=people)


def test_no_identity_is_in_any_byte(trial, dataset):
    folder, truth = trial
    one = next((folder / DICOM).rglob("*.MRDC"))
    assert one.read_bytes().count(WORD.encode()) > 15
    assert len({seen for _, seen in leaks(one.parent, truth.dates)}) >= 3
    assert leaks(dataset, truth.dates) == []


def test_pages_written_again_by_as_many_processes_as_there_are_cores_are_the_same(dataset):
    before, spent_s = digests(dataset), spent_by_processes_s()
    rebuild_report(dataset)
    assert (spent_by_processes_s() > spent_s) == (available_cores() > 1)
    assert digests(dataset) == before


def spent_by_processes_s() -> float:
    """CPU time of processes that this one has started and that have ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def test_data_set_is_valid(dataset):
    assert validate(dataset) == []


def test_cohort_of_the_trials_own_rules_is_that_of_the_truth(trial, tmp_path):
    folder, truth = trial
    table, cohort = tmp_path / "DCE.tsv", tmp_path / "cohort"
    described = ("--clinical", folder / WORKBOOK, "--schema", folder / SCHEMA)
    call("scan", folder / DICOM, "--out", table)
    done = call("cohort", table, cohort, *described, "--rules", folder / RULES)
    assert done.returncode == 0, done.stderr
    members = {row["patient_id"] for row in rows(cohort / "cohort.tsv")}
    assert members == cohort_of(truth)
    out = {row["patient_id"] for row in rows(cohort / "exclusions.tsv")}
    assert members | out == {patient.patient_id for patient in truth.patients}


def test_duplicates_are_counted_once(trial, dataset):
    excluded = rows(layout.exclusions(dataset))
    loose = {row["code"] for row in excluded if row["level"] == "file"}
    assert "DUPLICATE_FILE" in {row["code"] for row in excluded} - loose


def test_same_parameters_write_the_same_bytes(trial, tmp_path):
    folder, _ = trial
    write_trial(tmp_path, TrialParams(patients=1, size="tiny", defects=1.0))
    for path in (tmp_path / DICOM).rglob("*"):
        if path.is_file() and path.suffix == ".MRDC":
            assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes()


def test_exam_that_is_refused_by_a_later_run_does_not_stay_behind(trial, dataset, fast):
    folder, truth = trial  # last of the module: it takes files away
    exam = next(exam for exam in truth.exams if exam.maker == "ge" and not exam.code)
    name = f"sub-{exam.patient_id.replace('-', '')}_ses-{exam.visit}"
    assert name in {row["exam_id"] for row in rows(layout.exams(dataset))}
    for path in (folder / DICOM / f"{exam.patient_id} {mark(1)}^JANE^Q").rglob("*.MRDC"):
        if "S2" in path.parts:
            path.unlink()
    run(folder / DICOM, out=dataset, jobs=1, recipe=fast)
    assert name not in {row["exam_id"] for row in rows(layout.exams(dataset))}
    assert validate(dataset) == []
