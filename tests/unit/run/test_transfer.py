"""What stops a transfer as a whole: told by a program of our own in the place of s5cmd."""

from __future__ import annotations

import hashlib

import pytest

from breastdce.core.codes import ErrorCode, FetchCode
from breastdce.core.errors import StoreError
from breastdce.formats.bucket import Bucket, RemoteObject
from breastdce.run.fetched import Fetched, opened
from breastdce.run.transfer import Need, transfer
from tests.unit.fetch.made_index import made_series

SERIES = made_series()
NEEDS = [
    Need(SERIES, RemoteObject(f"{SERIES.source}{name}", 3, hashlib.md5(b"abc").hexdigest()))  # noqa: S324
    for name in ("a.dcm", "b.dcm")
]


@pytest.fixture
def refusing(tmp_path):
    """Ask for both files a program that refuses each with these words."""
    program = tmp_path / "program"

    def fetch(words: str):
        lines = [
            f'{{"operation":"cp","command":"cp {need.remote.source} x","error":"{words}"}}'
            for need in NEEDS
        ]
        program.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
        program.chmod(0o755)
        with opened(tmp_path / "dest") as fetched:
            fetched.incoming.mkdir(parents=True, exist_ok=True)
            return transfer(
                fetched, Bucket(program), NEEDS, pauses_s=(0.0, 0.0), on_bytes=lambda *_: None
            )

    return fetch


def test_a_full_disk_stops_everything_and_leaves_no_file(refusing, tmp_path):
    with pytest.raises(StoreError) as caught:
        refusing("write /data/x: no space left on device")
    assert caught.value.code is ErrorCode.NO_SPACE
    assert Fetched(tmp_path / "dest").objects(SERIES) == []


def test_a_file_that_is_refused_for_itself_is_told_with_the_reason(refusing):
    broken = refusing("AccessDenied: no")
    assert [(one.need, one.code, one.reason) for one in broken] == [
        (need, FetchCode.TRANSFER_FAILED, "AccessDenied: no") for need in NEEDS
    ]
