"""Members of a cohort, found among the exams of a tree."""

from __future__ import annotations

import pytest

from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.run.cohort_choice import exams_of, read_members
from breastdce.run.naming import Named

HEADER = "patient_id\tvisit\tage\n"


def test_patient_and_visit_are_read(tmp_path):
    path = tmp_path / "cohort.tsv"
    path.write_text(f"{HEADER}P-1\tT0\t40\nP-2\tT1\tn/a\n")
    assert read_members(path) == {("P-1", "T0"), ("P-2", "T1")}


@pytest.mark.parametrize("text", ["", HEADER, "patient\tvisit\nP\tT0\n", "\x00"])
def test_what_names_nobody_is_refused(tmp_path, text):
    path = tmp_path / "cohort.tsv"
    path.write_text(text)
    with pytest.raises(InputError):
        read_members(path)


def test_members_are_found_by_header_id_or_by_published_name():
    first, second, third = (ExamId(name, "T0") for name in ("0001", "0002", "0003"))
    studies = {first: ("P-1", "1.1"), second: ("P-2", "1.2"), third: ("P-3", "1.3")}
    named = Named((), (), studies=studies)
    visits = {("P-1", "1.1"): "T0", ("P-2", "1.2"): "T1", ("P-3", "1.3"): "T0"}
    members = frozenset({("P-1", "T0"), ("0002", "T0"), ("P-9", "T0")})
    assert exams_of(members, named, visits) == ((str(first), str(second)), 1)
