"""A tree of any shape gives one record per file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from breastdce.core.codes import FileCode
from breastdce.ingest import inventory as inventory_module
from breastdce.ingest.inventory import inventory
from breastdce.ingest.tree import walk_trees
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


def test_overlapping_roots_count_a_file_once(tmp_path):
    (tmp_path / "a").mkdir()
    write(tmp_path / "a" / "x")
    assert len(inventory([tmp_path, tmp_path / "a"])) == 1


def test_link_onto_itself_is_a_record(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert codes(tmp_path) == {"loop": FileCode.UNREADABLE}


def test_file_met_by_a_link_first_has_its_real_name(tmp_path):
    write(tmp_path / "z")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    assert codes(tmp_path) == {"z": FileCode.OK}


def test_link_out_of_the_tree_is_followed(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "exam").mkdir()
    write(tmp_path / "store" / "x")
    (tmp_path / "exam" / "link").symlink_to(tmp_path / "store" / "x")
    assert codes(tmp_path / "exam") == {"link": FileCode.OK}


def test_hard_link_is_a_file_of_its_own(tmp_path):
    write(tmp_path / "a")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert codes(tmp_path) == {"a": FileCode.OK, "b": FileCode.DUPLICATE_FILE}


def test_name_that_is_no_text_is_listed_not_read(tmp_path):
    try:
        write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller")))
    except OSError:
        pytest.skip("the file system stores no such name")
    (record,) = inventory([tmp_path])
    assert record.code is FileCode.UNREADABLE
    record.path.encode()


def test_single_file_may_be_a_root(tmp_path):
    path = write(tmp_path / "a")
    assert [record.path for record in inventory([path])] == [str(path)]


def test_file_that_vanishes_is_a_record(tmp_path, monkeypatch):
    path = write(tmp_path / "a")

    def vanish(roots):
        found = walk_trees(roots)
        path.unlink()
        return found

    monkeypatch.setattr(inventory_module, "walk_trees", vanish)
    assert codes(tmp_path) == {"a": FileCode.UNREADABLE}


def test_every_file_is_counted_towards_progress(tmp_path):
    write(tmp_path / "a")
    write(tmp_path / "b", SOPInstanceUID="1.2.9")
    calls = []
    inventory([tmp_path], progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]


def test_workers_give_the_same_as_one_process(tmp_path, monkeypatch):
    for number in range(6):
        write(tmp_path / f"{number}", SOPInstanceUID=f"1.2.3.{number}")
    alone = inventory([tmp_path])
    monkeypatch.setattr("breastdce.ingest.inventory._SMALL_TREE", 2)
    assert inventory([tmp_path], jobs=2) == alone
