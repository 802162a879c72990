"""The data set's tables have the promised columns, orders and dictionaries."""

from __future__ import annotations

import csv
import json
import re
from datetime import date

import openpyxl
import pytest
from msgspec import structs

from breastdce.core.codes import CaveatCode, FileCode
from breastdce.core.exam import Box, ExamId
from breastdce.dataset import dictionary, layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.rows import (
    ExclusionRow,
    FeatureRow,
    Level,
    ParticipantRow,
    ProposalRow,
    exclusion_cells,
    feature_cells,
    published_modality,
)
from breastdce.dataset.tables import (
    write_exams,
    write_exclusions,
    write_features,
    write_participants,
    write_voi_proposals,
)
from breastdce.formats.tables import read_tsv
from breastdce.ingest.regions import read_regions
from tests.unit.dataset.conftest import EXAMS, row_of

EXAM_COLUMNS = """
exam_id participant_id session_id manufacturer manufacturer_model field_strength_t n_phases
delays_s phase_indices native_shape native_spacing_mm image_shape zscore_mean zscore_sd
pe_threshold_percent voi ftv_voxels ftv_ml ser_washout_ml ser_plateau_ml ser_persistent_ml
stv_source stv_voxels stv_ml caveats
""".strip()


def read(path):
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def test_exams_have_the_promised_columns_in_order(intact):
    header, first, *_ = read(layout.exams(intact))
    assert header == re.split(r"\s", EXAM_COLUMNS)
    cells = dict(zip(header, first, strict=True))
    assert cells["exam_id"] == "sub-0001_ses-T0"
    assert cells["delays_s"] == "-20.0;130.125;n/a;450.0"
    assert cells["phase_indices"] == "0;1;2"
    assert cells["native_spacing_mm"] == "0.7031;0.7031;2.2"
    assert cells["voi"] == "breast"


def test_shifted_dates_are_the_last_column_where_an_exam_has_one(tmp_path):
    one, other = row_of(EXAMS[0], 5, 5), row_of(EXAMS[2], 5, 5)
    day = date(1851, 4, 2).toordinal()
    write_exams(tmp_path, [structs.replace(one, shifted_day=day), other])
    header, first, second = read(layout.exams(tmp_path))
    assert header == [*re.split(r"\s", EXAM_COLUMNS), "study_date"]
    assert (first[-1], second[-1]) == ("1851-04-02", "n/a")
    assert "study_date" in json.loads(layout.exams(tmp_path, "json").read_text())


def test_dictionaries_explain_every_column_and_every_code(intact):
    tables = (layout.exams, layout.participants, layout.features, layout.deidentification)
    for table in tables:
        entries = json.loads(table(intact, "json").read_text())
        assert list(entries) == read(table(intact))[0]
    entries = json.loads(layout.exams(intact, "json").read_text())
    assert entries["caveats"]["Levels"] == {code.value: code.meaning for code in CaveatCode}


def test_patients_are_in_the_workbook_as_in_the_table(intact):
    sheet = openpyxl.load_workbook(layout.participants(intact, "xlsx"))["participants"]
    rows = [[str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    assert rows == read(layout.participants(intact))
    assert rows[1] == ["sub-0001", "2", "ses-T0;ses-T1"]


def test_features_follow_the_keys_in_the_published_order(tmp_path):
    exams = [ExamId("2", "T0"), ExamId("1", "T0")]
    rows = [FeatureRow(exam=e, mask=MaskName.STV_AUTO, values={"b": 1.5, "a": 2.5}) for e in exams]
    names = ("family", "feature", "definition", "unit", "defect", "ibsi")
    record = dict(zip(names, ("f", "x", "d", "1", "odd", "Q4LE"), strict=True))
    write_features(tmp_path, rows, ["b", "a"], [{"name": n, **record} for n in "ba"])
    header, first, _ = read(layout.features(tmp_path))
    assert header == ["exam_id", "mask", "b", "a"]
    assert first == ["sub-1_ses-T0", "stv-auto", "1.5", "2.5"]
    entries = json.loads(layout.features(tmp_path, "json").read_text())
    assert entries["b"]["Defect"] == "odd"
    assert entries["b"]["IBSI"] == "Q4LE"


def test_a_feature_that_is_not_there_is_an_error():
    row = FeatureRow(exam=ExamId("1", "1"), mask=MaskName.STV_AUTO, values={})
    with pytest.raises(KeyError):
        feature_cells(row, ("a",))


def exclusion(**changes):
    facts = {
        "level": Level.FILE,
        "participant": None,
        "visit": None,
        "series_number": None,
        "modality": None,
        "n_files": 1,
        "code": FileCode.NOT_DICOM,
    }
    return ExclusionRow(**(facts | changes))


def test_exclusions_are_in_one_order_whatever_order_they_come_in(tmp_path):
    rows = [exclusion(n_files=n, series_number=s) for n in (1, 2) for s in (None, 3, 10)]
    write_exclusions(tmp_path, rows)
    before = layout.exclusions(tmp_path).read_bytes()
    write_exclusions(tmp_path, rows[::-1])
    assert layout.exclusions(tmp_path).read_bytes() == before
    table = read_tsv(layout.exclusions(tmp_path), dictionary.EXCLUSIONS)
    assert [row["series_number"] for row in table] == [None, None, 3, 3, 10, 10]


def test_a_modality_off_the_closed_list_is_other():
    assert published_modality("MR") == "MR"
    assert published_modality("SMITH") == "OT"
    assert exclusion_cells(exclusion(modality="SMITH"))["modality"] == "OT"


def test_evidence_is_one_line():
    assert exclusion_cells(exclusion(evidence=" a\n\tb "))["evidence"] == "a b"


def test_patients_are_in_order(tmp_path):
    rows = [ParticipantRow(participant=n, visits=("1",)) for n in ("B", "A")]
    write_participants(tmp_path, rows)
    assert [row[0] for row in read(layout.participants(tmp_path))[1:]] == ["sub-A", "sub-B"]


def _proposal(visit, rank):
    box = Box((rank, 2, 3), (rank + 10, 12, 13))
    return ProposalRow(exam=ExamId("1", visit), rank=rank, box=box, side="R", ml=1.25, score=0.5)


def test_proposals_are_a_table_of_regions_with_the_first_of_each_exam(tmp_path):
    write_voi_proposals(tmp_path, [_proposal("T1", 1), _proposal("T0", 2), _proposal("T0", 1)])
    path = layout.voi_proposals(tmp_path)
    rows = read_tsv(path, dictionary.VOI_PROPOSALS)
    assert [(row["exam_id"], row["kind"]) for row in rows] == [
        ("sub-1_ses-T0", "voi"),
        ("sub-1_ses-T0", "proposal"),
        ("sub-1_ses-T1", "voi"),
    ]
    regions = read_regions(path)
    assert regions["sub-1_ses-T0"].voi == _proposal("T0", 1).box
    assert len(regions) == 2


def test_without_proposals_there_is_no_table_of_them(tmp_path):
    write_voi_proposals(tmp_path, [_proposal("T0", 1)])
    write_voi_proposals(tmp_path, [])
    assert not layout.voi_proposals(tmp_path).exists()
