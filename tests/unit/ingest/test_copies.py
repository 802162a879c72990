"""Copies of one object are used once; impostors take both out."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.uid import RLELossless

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.copies import resolve_copies
from tests.unit.formats.dicom.made import dataset, write

OTHER = np.zeros((4, 5), dtype=np.int16)


def codes(*paths):
    return [record.code for record in resolve_copies([scan_file(path) for path in paths])]


def test_copy_in_another_encoding_is_a_duplicate(tmp_path):
    packed = dataset()
    packed.compress(RLELossless, generate_instance_uid=False)
    paths = [
        write(tmp_path / "a", packed),
        write(tmp_path / "b", implicit=True),
        write(tmp_path / "c"),
    ]
    # The compressed one is the copy, whatever the names.
    assert codes(*paths) == [FileCode.DUPLICATE_FILE, FileCode.OK, FileCode.DUPLICATE_FILE]


@pytest.mark.parametrize(
    "fields", [{"pixels": OTHER}, {"PixelSpacing": [1, 1]}, {"EchoTime": 9}, {"RescaleSlope": 2}]
)
def test_other_content_under_one_uid_takes_both_out(tmp_path, fields):
    paths = write(tmp_path / "a"), write(tmp_path / "b", **fields)
    assert codes(*paths) == [FileCode.UID_CONFLICT] * 2


def test_copies_in_a_conflict_are_still_copies(tmp_path):
    paths = write(tmp_path / "a"), write(tmp_path / "b"), write(tmp_path / "c", pixels=OTHER)
    conflict, copy = FileCode.UID_CONFLICT, FileCode.DUPLICATE_FILE
    assert codes(*paths) == [conflict, copy, conflict]


def test_damaged_copy_does_not_take_the_intact_one_out(tmp_path):
    intact, cut = write(tmp_path / "a"), write(tmp_path / "b")
    cut.write_bytes(cut.read_bytes()[:-10])
    assert codes(intact, cut) == [FileCode.OK, FileCode.TRUNCATED]


def test_private_elements_do_not_make_an_impostor(tmp_path):
    data = dataset()
    data.add_new(0x00190010, "LO", "SOMEONE")
    data.add_new(0x00191010, "FL", 1.0)
    paths = write(tmp_path / "a"), write(tmp_path / "b", data)
    assert codes(*paths) == [FileCode.OK, FileCode.DUPLICATE_FILE]


def test_file_that_vanishes_before_the_comparison_is_like_nothing_else(tmp_path):
    records = [scan_file(write(tmp_path / name)) for name in "ab"]
    (tmp_path / "b").unlink()
    assert {record.code for record in resolve_copies(records)} == {FileCode.UID_CONFLICT}
