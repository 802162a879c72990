"""Files appear whole or not at all."""

from __future__ import annotations

import os

import pytest

from breastdce.core.errors import StoreError
from breastdce.formats.atomic import (
    UNFINISHED,
    remove_unfinished,
    remove_unfinished_in,
    remove_unfinished_of,
    write_bytes,
)
from tests.killed_writer import die_writing


def test_folders_are_made_and_content_is_replaced(tmp_path):
    path = tmp_path / "a" / "b.txt"
    write_bytes(path, b"old")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in path.parent.iterdir()] == ["b.txt"]


def test_a_write_that_is_cut_off_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "b.txt"
    write_bytes(path, b"old")

    def no_space(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StoreError, match="OUTPUT_UNWRITABLE"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.txt"]


def test_a_folder_in_the_way_is_an_error_of_the_output(tmp_path):
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(StoreError, match="OUTPUT_UNWRITABLE"):
        write_bytes(tmp_path / "b.txt", b"new")


def test_what_a_killed_writer_left_is_removed_at_any_depth(tmp_path):
    write_bytes(tmp_path / "a" / "kept", b"")
    (tmp_path / "a" / f"{UNFINISHED}1").write_bytes(b"half")
    (tmp_path / f"{UNFINISHED}2").write_bytes(b"half")
    assert remove_unfinished(tmp_path) == 2
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept"]


def test_folders_that_a_killed_writer_left_are_removed_too(tmp_path):
    (tmp_path / f"{UNFINISHED}bundle").mkdir()
    (tmp_path / f"{UNFINISHED}bundle" / f"{UNFINISHED}1").write_bytes(b"half")
    remove_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_others_are_writing_beside_a_file_is_left_alone(tmp_path):
    strays = die_writing(tmp_path / "a.txt"), die_writing(tmp_path / "b.txt")
    (tmp_path / "deep").mkdir()
    deeper = die_writing(tmp_path / "deep" / "a.txt")
    remove_unfinished_of(tmp_path / "a.txt")
    assert [stray.exists() for stray in strays] == [False, True]
    remove_unfinished_in(tmp_path)
    assert not strays[1].exists()
    assert deeper.exists()
