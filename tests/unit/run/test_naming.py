"""Two patients never get one name, and nobody is named by mistake."""

from __future__ import annotations

import msgspec

from breastdce.core.codes import ExamCode
from breastdce.ingest.records import ExamSource, Findings
from breastdce.run.naming import exam_name, name_survey
from breastdce.run.survey import Survey
from tests.unit.ingest.made_exam import exam


def named(folder, *sources: ExamSource):
    findings = Findings(exams=sources, exam_notes=(), series_notes=())
    found = Survey(roots=(folder,), records=(), findings=findings)
    return name_survey(found, keep_ids=False, pseudonyms=folder / "names.tsv", write=False)


def other(source: ExamSource, **fields: object) -> ExamSource:
    return msgspec.structs.replace(source, **fields)


def test_patients_whose_ids_have_the_same_letters_are_both_left_out_without_a_name(tmp_path):
    first = exam(tmp_path)
    found = named(tmp_path, first, other(first, patient_id="P1", study_uid="1.2.4"))
    assert found.exams == ()
    assert [row.code for row in found.rows] == [ExamCode.ID_COLLISION] * 2
    assert [exam_name(row) for row in found.rows] == ["", ""]
    assert "P1" not in repr(found.rows)


def test_patients_with_ids_of_their_own_are_named_by_them(tmp_path):
    first = exam(tmp_path)
    found = named(tmp_path, first, other(first, patient_id="P2", study_uid="1.2.4"))
    assert [str(name) for name, _ in found.exams] == ["sub-P1_ses-1", "sub-P2_ses-1"]
    assert found.rows == ()
    assert not (tmp_path / "names.tsv").exists()
