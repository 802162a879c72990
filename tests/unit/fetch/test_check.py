"""Size, time, checksum and our own digest: who vouches for what."""

from __future__ import annotations

import hashlib

import pytest

from breastdce.core.codes import FetchCode
from breastdce.fetch.check import (
    Hashes,
    Seen,
    Verdict,
    arrived_whole,
    by_content,
    by_stat,
    listing_problem,
    own_objects,
)
from breastdce.fetch.manifest import FileRecord, FileState
from breastdce.formats.bucket import RemoteObject
from tests.unit.fetch.made_index import made_series

MD5 = hashlib.md5(b"content", usedforsecurity=False).hexdigest()
PLAIN = RemoteObject("s3://open-data/u/1.dcm", 7, MD5)
PARTS = PLAIN._replace(etag=f"{MD5}-2")
NONE = PLAIN._replace(etag=None)
GOOD, BAD = Hashes(MD5, "ours"), Hashes("0" * 32, "other")


def record(etag=MD5, state=FileState.VERIFIED):
    return FileRecord(
        path="p",
        source=PLAIN.source,
        collection_id="made",
        series_uid="1",
        size_bytes=7,
        etag=etag,
        state=state,
        blake2b="ours",
        mtime_ns=5,
    )


@pytest.mark.parametrize(
    ("known", "seen", "rehash", "expected"),
    [
        (record(), None, False, Verdict.ABSENT),
        (record(), Seen(6, 5), False, Verdict.WRONG),
        (record(), Seen(7, 5), False, Verdict.WHOLE),
        (record(), Seen(7, 5), True, Verdict.UNSURE),
        (record(), Seen(7, 6), False, Verdict.UNSURE),
        (record(etag="0" * 32), Seen(7, 5), False, Verdict.UNSURE),
        (record(state=FileState.MISSING), Seen(7, 5), False, Verdict.UNSURE),
        (None, Seen(7, 5), False, Verdict.UNSURE),
    ],
)
def test_size_and_time_vouch_only_for_what_was_seen_whole(known, seen, rehash, expected):
    assert by_stat(PLAIN, known, seen, rehash=rehash) is expected


@pytest.mark.parametrize(
    ("remote", "known", "hashes", "expected"),
    [
        (PLAIN, None, GOOD, True),
        (PLAIN, record(), BAD, False),
        (PLAIN, record(), Hashes("0" * 32, "ours"), False),  # the server's word is the stronger
        (PARTS, record(PARTS.etag), GOOD, True),
        (PARTS, record(PARTS.etag), BAD, False),
        (PARTS, record(f"{MD5}-3"), GOOD, False),
        (PARTS, None, GOOD, False),
        (NONE, record(None), GOOD, True),
    ],
)
def test_content_is_what_the_server_says_or_what_arrived(remote, known, hashes, expected):
    assert by_content(remote, known, hashes) is expected


@pytest.mark.parametrize(
    ("remote", "size", "hashes", "expected"),
    [
        (PLAIN, 7, GOOD, True),
        (PLAIN, 7, BAD, False),
        (PLAIN, 6, GOOD, False),
        (PARTS, 7, BAD, True),
        (PARTS, 8, BAD, False),
    ],
)
def test_arrival_is_judged_by_size_and_md5(remote, size, hashes, expected):
    assert arrived_whole(remote, size, hashes) is expected


def objects(*sizes):
    return [
        RemoteObject(f"s3://open-data/uuid-1.2.3/{n}.dcm", s, None) for n, s in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        ((10, 10, 10), None),
        ((10, 10, 5_010), None),  # as far as an index of two decimals may be off
        ((10, 10, 5_011), FetchCode.SIZE_DIFFERS),
        ((15, 15), FetchCode.COUNT_DIFFERS),
        ((), FetchCode.NOT_IN_BUCKET),
    ],
)
def test_bucket_is_held_against_the_index(sizes, code):
    problem = listing_problem(made_series(), objects(*sizes))
    assert (problem and problem[0]) is code


def test_only_plain_names_in_the_folder_of_the_series_are_its_own():
    folder = "s3://open-data/uuid-1.2.3"
    names = ["b.dcm", "a.dcm", "x/c.dcm", "../d.dcm", "", "-f", "e f"]
    listed = [RemoteObject(f"{folder}/{name}", 1, None) for name in names]
    listed.append(RemoteObject("s3://open-data/other/g.dcm", 1, None))
    own = [remote.source for remote in own_objects(made_series(), listed)]
    assert own == [f"{folder}/a.dcm", f"{folder}/b.dcm"]
