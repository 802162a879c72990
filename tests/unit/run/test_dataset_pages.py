"""What the first page is told of a data set."""

from __future__ import annotations

from breastdce.dataset.provenance import read_exams
from breastdce.run.dataset_pages import dataset_view
from breastdce.run.describe import Measurements
from tests.unit.dataset.conftest import EXAMS, build, row_of


def measured(reasons: dict[str, str], exam) -> Measurements:
    return Measurements(
        row=row_of(exam), methods=("Done.",), exclusions=(), feature_reasons=reasons, reports={}
    )


def test_reasons_of_undefined_features_are_counted_over_the_exams(tmp_path):
    out = build(tmp_path / "out", EXAMS[:2])
    exams = [
        measured({"T1_E_Mean": "FLAT_REGION", "T1_E_Energy": "FLAT_REGION"}, EXAMS[0]),
        measured({"T1_E_Mean": "FLAT_REGION"}, EXAMS[1]),
    ]
    view = dataset_view(out, read_exams(out), exams, [])
    assert view.reasons == {"FLAT_REGION": {"T1_E_Mean": 2, "T1_E_Energy": 1}}
    assert [line.exam for line in view.exams] == [str(exam) for exam in EXAMS[:2]]
    assert view.cohort is None
