"""A tree of any shape gives one record per file."""

from __future__ import annotations

import os

import numpy as np
import pytest

from breastdce.core.codes import FileCode
from breastdce.ingest.inventory import inventory
from tests.unit.formats.dicom.made import write


def codes(root):
    return {os.path.relpath(r.path, root): r.code for r in inventory([root])}


def test_nested_folders_and_loose_files(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    write(tmp_path / "a" / "b" / "x", SOPInstanceUID="1.2.3.5")
    write(tmp_path / "y")
    (tmp_path / "readme.txt").write_text("hello", encoding="utf-8")
    assert codes(tmp_path) == {
        "a/b/x": FileCode.OK,
        "y": FileCode.OK,
        "readme.txt": FileCode.NOT_DICOM,
    }


def test_loop_of_links_ends_and_nothing_is_met_twice(tmp_path):
    folder = tmp_path / "exam"
    folder.mkdir()
    write(folder / "x")
    (folder / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(folder)
    (folder / "same").symlink_to(folder / "x")
    found = inventory([tmp_path])
    assert [record.code for record in found] == [FileCode.OK]


def test_broken_link_and_unreadable_folder_are_records(tmp_path):
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    assert codes(tmp_path) == {"broken": FileCode.UNREADABLE}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_without_permission_is_a_record(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o000)
    assert codes(tmp_path) == {"locked": FileCode.UNREADABLE}


def test_copy_is_kept_once_in_whatever_encoding(tmp_path):
    write(tmp_path / "a")
    write(tmp_path / "b", implicit=True)
    assert codes(tmp_path) == {"a": FileCode.OK, "b": FileCode.DUPLICATE_FILE}


def test_other_pixels_under_one_uid_are_a_conflict(tmp_path):
    write(tmp_path / "a")
    write(tmp_path / "b", pixels=np.zeros((4, 5), dtype=np.int16))
    assert set(codes(tmp_path).values()) == {FileCode.UID_CONFLICT}


def test_overlapping_roots_count_a_file_once(tmp_path):
    (tmp_path / "a").mkdir()
    write(tmp_path / "a" / "x")
    assert len(inventory([tmp_path, tmp_path / "a"])) == 1


@pytest.mark.slow
@pytest.mark.data
def test_odd_tree_accounts_for_every_file(data):
    root = data("dicom_odd")
    found = codes(root)
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(found) == len(files)
    assert found["mr/big_endian.dcm"] is FileCode.DUPLICATE_FILE
    assert found["made/same_uid_other_pixels.dcm"] is FileCode.UID_CONFLICT
    assert found["objects/seg_big_endian.dcm"] is FileCode.DUPLICATE_FILE


def test_workers_give_the_same_as_one_process(tmp_path, monkeypatch):
    for number in range(6):
        write(tmp_path / f"{number}", SOPInstanceUID=f"1.2.3.{number}")
    alone = inventory([tmp_path])
    monkeypatch.setattr("breastdce.ingest.inventory._SMALL_TREE", 2)
    assert inventory([tmp_path], jobs=2) == alone
