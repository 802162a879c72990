"""A file's digest is of its content, and is asked of the disk only when something changed."""

from __future__ import annotations

import os

import pytest

from breastdce.run.inputs import FileDigests


def test_digest_follows_content(tmp_path):
    path, memory = tmp_path / "a", tmp_path / "seen"
    path.write_bytes(b"one")
    first = FileDigests(memory).of(str(path))
    path.write_bytes(b"two!")
    assert FileDigests(memory).of(str(path)) != first


def test_unchanged_file_is_not_read_again(tmp_path):
    path, memory = tmp_path / "a", tmp_path / "seen"
    path.write_bytes(b"one")
    files = FileDigests(memory)
    digest = files.of(str(path))
    files.remember()
    stamp = path.stat()
    path.write_bytes(b"two")  # same size, and the time put back: nobody could tell
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert FileDigests(memory).of(str(path)) == digest


def test_memory_holds_neither_path_nor_time(tmp_path):
    path, memory = tmp_path / "DOE_JANE", tmp_path / "seen"
    path.write_bytes(b"one")
    time_ns = 986_169_600_123_456_789
    os.utime(path, ns=(time_ns, time_ns))
    files = FileDigests(memory)
    files.of(str(path))
    files.remember()
    assert b"JANE" not in memory.read_bytes()
    assert time_ns.to_bytes(8, "big") not in memory.read_bytes()


def test_memory_is_written_only_when_there_is_something_new(tmp_path):
    path, memory = tmp_path / "a", tmp_path / "seen"
    path.write_bytes(b"one")
    inodes = set()
    for _ in range(2):
        files = FileDigests(memory)
        files.of(str(path))
        files.remember()
        inodes.add(memory.stat().st_ino)  # what is written anew is another file under the name
    assert len(inodes) == 1


def test_damaged_memory_is_forgotten(tmp_path):
    path, memory = tmp_path / "a", tmp_path / "seen"
    path.write_bytes(b"one")
    memory.write_bytes(b"\xff\xff")
    assert len(FileDigests(memory).of(str(path))) == 64


def test_files_that_were_read_side_by_side_are_known(tmp_path):
    paths = [tmp_path / name for name in "abcdef"]
    for path in paths:
        path.write_bytes(path.name.encode())
    expected = [FileDigests().of(str(path)) for path in paths]
    files = FileDigests()
    files.read(map(str, paths), 2)
    assert [files.of(str(path)) for path in paths] == expected
    assert len(set(expected)) == len(paths)


def test_a_file_that_cannot_be_read_is_told_by_whichever_thread(tmp_path):
    with pytest.raises(FileNotFoundError):
        FileDigests().read([str(tmp_path / "none")], 2)
