"""Who is who is kept beside the data set, in a file that is read as strictly as it is written."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.errors import CallError
from breastdce.run.naming import read_pseudonyms, write_pseudonyms

printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@given(patients=st.sets(printable))
def test_round_trip(patients, tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.tsv"
    names = {patient: f"{n:04d}" for n, patient in enumerate(sorted(patients))}
    write_pseudonyms(path, names)
    assert read_pseudonyms(path) == names


def test_no_file_is_no_names(tmp_path):
    assert read_pseudonyms(tmp_path / "none.tsv") == {}


def test_file_is_its_owners_alone(tmp_path):
    write_pseudonyms(tmp_path / "names.tsv", {"a": "0001"})
    assert stat.S_IMODE((tmp_path / "names.tsv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "who\twhat\na\t1\n",
        "patient_id\tparticipant\na\n",
        "patient_id\tparticipant\na\t1\nb\t1\n",
        "patient_id\tparticipant\na\t1\na\t2\n",
        "patient_id\tparticipant\na\t../../1\n",
    ],
)
def test_file_of_another_kind_is_a_wrong_call(tmp_path, text):
    path = tmp_path / "names.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError):
        read_pseudonyms(path)
