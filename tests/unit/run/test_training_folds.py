"""Folds are made from a data set's participants, and fit that data set or are refused."""

from __future__ import annotations

import json
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.run.exam_facts import exam_facts, patient_facts, patient_key, slice_plane, tertiles
from breastdce.run.training_folds import check_fit, folds_of, read_folds, write_folds
from tests.unit.dataset.conftest import build

EXAMS = (*(ExamId(f"{n:04d}", "T0") for n in range(1, 13)), ExamId("0001", "T1"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return build(tmp_path_factory.mktemp("data"), tuple(sorted(EXAMS)))


def made(dataset, **more):
    return folds_of(dataset, **{"outer": 4, "inner": 2, "seed": 7, **more})


def test_participants_are_dealt_whole_and_come_back_from_the_file(dataset, tmp_path):
    folds = made(dataset)
    assert folds.participants == {exam.participant for exam in EXAMS}
    assert folds.strata == ("manufacturer", "outcome", "volume_tertile")
    write_folds(tmp_path / "folds.json", folds)
    assert read_folds(tmp_path / "folds.json") == folds
    assert check_fit(folds, dataset) == tuple(sorted(EXAMS))


def test_outcomes_are_spread(dataset, tmp_path):
    rows = [f"sub-{k:04d},{int(k <= 4)}" for k in range(1, 13)]
    table = tmp_path / "patients.csv"
    table.write_text("\n".join(["Patient_ID,pCR", *rows]) + "\n")
    folds = made(dataset, strata=("outcome",), clinical=table)
    for fold in folds.folds:
        assert sum(int(name) <= 4 for name in fold.test) == 1


def test_volumes_are_spread(dataset):
    first = {e.participant: f for e, f in reversed(exam_facts(dataset).items())}
    third = tertiles({name: facts.volume_ml for name, facts in first.items()})
    folds = made(dataset, strata=("volume_tertile",))
    for fold in folds.folds:
        assert len({third[name] for name in fold.test}) == 3


def test_folds_of_others_are_refused_with_names(dataset, tmp_path):
    folds = made(dataset)
    fewer = build(tmp_path / "fewer", tuple(sorted(EXAMS))[2:])
    with pytest.raises(InputError) as caught:
        check_fit(folds, fewer)
    assert caught.value.code is ErrorCode.FOLDS_INVALID
    assert caught.value.evidence["not in the data set"] == ["0001"]
    with pytest.raises(InputError) as caught:
        check_fit(made(fewer), dataset)
    assert caught.value.evidence["in no fold"] == ["0001"]


def test_an_exam_without_a_mask_has_nothing_to_teach(tmp_path):
    root = build(tmp_path, EXAMS[:6])
    layout.mask(root, EXAMS[0], MaskName.STV_CANDIDATE).rename(
        layout.mask(root, EXAMS[0], MaskName.STV_AUTO)
    )
    assert made(root, outer=2, inner=2).participants == {e.participant for e in EXAMS[1:6]}


@pytest.mark.parametrize("spoil", [lambda text: text[:-9], lambda text: text.replace("0002", "1")])
def test_a_spoiled_file_is_refused(dataset, tmp_path, spoil):
    path = tmp_path / "folds.json"
    write_folds(path, made(dataset))
    path.write_text(spoil(path.read_text()))
    with pytest.raises(InputError) as caught:
        check_fit(read_folds(path), dataset)
    assert caught.value.code is ErrorCode.FOLDS_INVALID


def test_a_participant_who_is_swapped_in_the_file_is_noticed(dataset, tmp_path):
    path = tmp_path / "folds.json"
    write_folds(path, made(dataset))
    content = json.loads(path.read_text())
    model = content["folds"][0]["inner"][0]
    model["train"].append(content["folds"][0]["test"][0])  # the leak of the published code
    path.write_text(json.dumps(content))
    with pytest.raises(InputError):
        read_folds(path)


def test_an_unknown_stratum_is_refused(dataset):
    with pytest.raises(CallError):
        made(dataset, strata=("moon",))


def test_facts_of_exams(dataset):
    facts = exam_facts(dataset)
    assert list(facts) == sorted(EXAMS)
    assert facts[EXAMS[0]].volume_ml == facts[EXAMS[0]].stv_ml
    assert slice_plane(dataset, EXAMS[0]) == "sagittal"


def test_patients_are_known_by_any_spelling(tmp_path):
    table = tmp_path / "clinical.csv"
    table.write_text("patient_id,age,menopausal_status,other\nISPY1_1002,48.0,peri,x\nduke-1,,NA\n")
    found = patient_facts(table)
    assert patient_key("sub-ISPY11002_ses-T0") == "ISPY11002"
    facts = found[patient_key("sub-ISPY11002")]
    assert (facts.age, facts.menopause, facts.density) == (48.0, "peri", None)
    assert found["DUKE1"].age is None
    assert found["DUKE1"].menopause is None


def workbook(path, sheet, rows):
    made = openpyxl.Workbook()
    made.create_sheet("notes", 0)
    filled = made.create_sheet(sheet, 0 if sheet == "first" else 1)
    for row in rows:
        filled.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize("sheet", ["dataset_info", "first"])
def test_patients_of_a_workbook_are_on_the_challenges_sheet_or_else_on_the_first(tmp_path, sheet):
    born = datetime(1985, 4, 13)  # noqa: DTZ001 - as a workbook has it
    rows = [["case", "age", "pcr"], [1002, 48.5, 1], [1003, born, None], [None, 50, 0]]
    found = patient_facts(workbook(tmp_path / "patients.xlsx", sheet, rows))
    assert set(found) == {"1002", "1003"}  # a row without patient tells of nobody
    assert (found["1002"].age, found["1002"].outcome) == (48.5, "1")
    assert (found["1003"].age, found["1003"].outcome) == (None, None)  # a date is no age


def test_a_long_number_is_written_out_as_the_workbook_shows_it(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "patients.xlsx") as made:
        made.add_worksheet().write_column(0, 0, ["case", 1e16])  # stored as 1E+16, as by Excel
    assert set(patient_facts(tmp_path / "patients.xlsx")) == {"10000000000000000"}


def test_a_workbook_that_cannot_be_read_is_not_taken_for_one_without_the_sheet(tmp_path):
    path = workbook(tmp_path / "patients.xlsx", "dataset_info", [["case"]])
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError) as caught:
        patient_facts(path)
    assert caught.value.code is ErrorCode.SHEET_UNREADABLE


@pytest.mark.parametrize(
    ("text", "code"),
    [("who,age\n1,2\n", ErrorCode.COLUMN_MISSING), ("id,age\n1,old\n", ErrorCode.CALL_INVALID)],
)
def test_a_table_that_says_nothing_is_refused(tmp_path, text, code):
    table = tmp_path / "clinical.csv"
    table.write_text(text)
    with pytest.raises((InputError, CallError)) as caught:
        patient_facts(table)
    assert caught.value.code is code


def test_thirds_of_volumes():
    found = tertiles({"a": 1.0, "b": 2.0, "c": 3.0, "d": float("nan")})
    assert found == {"a": "1 small", "b": "2 middle", "c": "3 large", "d": "unknown"}
