"""Provenance names every file of the exam, and reads back as it was written."""

from __future__ import annotations

import hashlib

import pytest

from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import checksums, digest_of_files, read_provenance
from tests.unit.dataset.conftest import record_of

EXAM = ExamId("0001", "T0")


def test_a_record_comes_back(intact):
    assert read_provenance(layout.provenance(intact, EXAM)) == record_of(intact, EXAM)


def test_checksums_name_every_file_but_the_record_itself(intact):
    folder = layout.exam_folder(intact, EXAM)
    found = checksums(intact, EXAM)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(found) == names - {"provenance.json"}
    name = "images/sub-0001_ses-T0_0000.nii.gz"
    assert found[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()


def test_the_digest_of_files_does_not_depend_on_their_order():
    assert digest_of_files(["b", "a"]) == digest_of_files(["a", "b"])
    assert digest_of_files(["a", "b"]) != digest_of_files(["a", "c"])


@pytest.mark.parametrize("content", [b"", b"[]", b'{"exam_id": 1}', b"\xff"])
def test_what_is_no_record_is_refused(tmp_path, content):
    (tmp_path / "provenance.json").write_bytes(content)
    with pytest.raises(InputError, match="TABLE_INVALID"):
        read_provenance(tmp_path / "provenance.json")


def test_files_whose_checksum_is_known_are_not_read(intact):
    path = layout.image(intact, EXAM, 0)
    before = checksums(intact, EXAM)
    found = checksums(intact, EXAM, {path: "known"})
    assert found == before | {"images/" + path.name: "known"}
