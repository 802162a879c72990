"""Every call of the API does what the contract says, and refuses what it does not."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from breastdce.core.exam import ExamId
from breastdce.review.changes import MOST_BYTES, apply, between, read_change
from tests.unit.web.made import EXAM, OWN, PARENT, SHAPE, FakeRoom, local

AT = f"/api/cases/{EXAM}"
HEAD = {"parent": PARENT, "sequence": 0}


def drawn(*voxels: int) -> bytes:
    mask = np.zeros(SHAPE, np.bool_, order="F")
    mask.reshape(-1, order="F")[list(voxels)] = True
    return between(np.zeros_like(mask), mask).to_bytes()


def test_who_asks_and_what_there_is():
    client = local("anna")
    assert client.get("/api/me").json() == {"name": "anna", "role": "reader", "session": False}
    assert client.get("/api/cases").json() == [{"exam": EXAM, "reader": "anna"}]
    assert client.get(AT).json()["shape"] == list(SHAPE)


def test_a_volume_is_raw_int16_with_i_fastest():
    room = FakeRoom()
    client = local(room=room)
    answer = client.get(f"{AT}/volumes/post1")
    values = np.frombuffer(answer.content, "<i2").reshape(SHAPE, order="F")
    assert np.array_equal(values, room.volume(ExamId.parse(EXAM), "post1")[0])
    assert answer.headers["content-encoding"] == "gzip"
    assert (answer.headers["x-slope"], answer.headers["x-intercept"]) == ("0.25", "-3.5")
    assert answer.headers["cache-control"] == "no-store"


def test_a_volume_is_packed_once_until_it_is_made_anew():
    room = FakeRoom()
    client = local(room=room)
    for name in ("post1", "pre", "post1", "post1"):
        assert client.get(f"{AT}/volumes/{name}").status_code == 200
    assert room.calls == [("volume", "post1"), ("volume", "pre")]
    room.stamp += 1
    assert client.get(f"{AT}/volumes/post1").status_code == 200
    assert room.calls[2:] == [("volume", "post1")]


def test_a_mask_is_raw_uint8_with_i_fastest():
    room = FakeRoom()
    room.now[1, 2, 3] = True
    answer = local(room=room).get(f"{AT}/masks/revision:1")
    values = np.frombuffer(answer.content, np.uint8).reshape(SHAPE, order="F")
    assert np.argwhere(values).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    "path",
    [
        f"{AT}/volumes/none",
        f"{AT}/volumes/spread",
        f"{AT}/masks/none",
        f"{AT}/masks/revision:2",
        f"{AT}/masks/revision:-1",
        "/api/cases/sub-0002_ses-T0",
        "/api/cases/none",
        f"{AT}/none",
        f"{AT}/",
        "/none",
    ],
)
def test_what_is_not_there_is_404(path):
    answer = local().get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "UNKNOWN_ENTRY"


def test_a_curve():
    assert local().get(f"{AT}/curve?i=1&j=2&k=3").json()["voxel"] == [1, 2, 3]


@pytest.mark.parametrize(
    "query", ["", "i=1&j=2", "i=1&j=2&k=x", "i=-1&j=2&k=3", "i=1&j=2&k=3&l=4", "i=1&i=1&j=2&k=3"]
)
def test_a_wrong_query_is_400(query):
    answer = local().get(f"{AT}/curve?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "REQUEST_INVALID"


def test_a_draft_comes_as_a_change_of_the_empty_mask():
    room = FakeRoom()
    room.now[2:4, 1, 1] = True
    answer = local(room=room).post(f"{AT}/draft", {"start": "ftv"}).json()
    change = read_change(base64.b64decode(answer.pop("mask")), room.now.size)
    assert answer == {**HEAD, "start": "ftv"}
    assert np.array_equal(apply(np.zeros(SHAPE, np.bool_, order="F"), change), room.now)


def test_changes_are_added_and_a_stale_one_is_409_with_the_head():
    room = FakeRoom()
    client = local(room=room)
    first = client.post(f"{AT}/changes?parent={PARENT}&sequence=0", content=drawn(3, 4, 9))
    assert first.json() == {"sequence": 1}
    assert int(room.now.sum()) == 3
    stale = client.post(f"{AT}/changes?parent={PARENT}&sequence=0", content=drawn(5))
    assert stale.status_code == 409
    assert stale.json()["code"] == "STALE"
    assert stale.json()["head"] == {"parent": PARENT, "sequence": 1}
    assert int(room.now.sum()) == 3


def test_a_tool_answers_its_change_and_has_added_it():
    room = FakeRoom()
    params = {"seed": [1, 2, 3], "low": 0.5, "high": 3, "radius_mm": 20}
    answer = local(room=room).post(f"{AT}/tools/grow", {**HEAD, "params": params})
    assert answer.headers["x-sequence"] == "1"
    assert read_change(answer.content, room.now.size).voxels_added == int(room.now.sum()) > 0
    assert room.calls == [("grow", params)]


@pytest.mark.parametrize("params", [[], None, 1, "x"])
def test_words_for_a_tool_that_are_no_record_are_400(params):
    room = FakeRoom()
    answer = local(room=room).post(f"{AT}/tools/grow", {**HEAD, "params": params})
    assert answer.status_code == 400
    assert not room.calls


def test_words_for_a_tool_that_are_nested_without_end_are_400():
    content = b'{"parent": "%s", "sequence": 0, "params": {"a": ' % PARENT.encode() + b"[" * 60_000
    answer = local().post(f"{AT}/tools/grow", content=content)
    assert answer.status_code == 400
    assert answer.json()["evidence"] == {"why": "not JSON in UTF-8, or nested too deep"}


def test_throwing_a_draft_away():
    room = FakeRoom()
    assert local("anna", room).post(f"{AT}/discard", {**HEAD, "sequence": 3}).status_code == 409
    assert local("anna", room).post(f"{AT}/discard", HEAD).status_code == 204
    assert room.calls == [("discard", "anna")]


def test_signing():
    room = FakeRoom()
    asked = {**HEAD, "comment": "clear margins\nsecond line", "seconds": 93.5}
    assert local("anna", room).post(f"{AT}/sign", asked).json()["number"] == 1
    assert room.calls == [("sign", "anna", asked["comment"], 93.5)]
    assert local("anna", room).post(f"{AT}/sign", {**asked, "sequence": 7}).status_code == 409


def test_a_surface_comes_as_numbers_and_distances():
    content = local().get(f"{AT}/surface").content
    i, j, _ = SHAPE
    assert np.frombuffer(content[:4], "<u4").tolist() == [1 + 2 * i * j]
    assert np.frombuffer(content[4:], "<f4").tolist() == [-1.5]


def test_a_delta_without_a_distance():
    assert local().get(f"{AT}/delta").json() == {"voxels_added": 0, "hd95_mm": None}


@pytest.mark.parametrize(
    ("call", "asked", "made"),
    [
        ("accept", {"number": 1}, ("accept", 1, "bert")),
        (
            "send-back",
            {"reader": "anna", "comment": "look again"},
            ("send_back", "anna", "bert", "look again"),
        ),
        ("assign", {"reader": "anna"}, ("assign", "anna", "bert")),
    ],
)
def test_only_who_decides_may_judge(call, asked, made):
    room = FakeRoom()
    refused = local("anna", room).post(f"{AT}/{call}", asked)
    assert refused.status_code == 403
    assert refused.json()["code"] == "ROLE_MISSING"
    assert local("bert", room).post(f"{AT}/{call}", asked).is_success
    assert room.calls == [made]


def test_only_who_decides_sees_how_readers_agree():
    assert local("anna").get("/api/agreement").status_code == 403
    assert local("bert").get("/api/agreement").json()["rows"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'"\\ud800"',
        b"[" * 60_000,
        b'{"number": 1, "more": 2}',
        b'{"number": "1"}',
        b'{"number": 1.5}',
        b'{"number": -1}',
        b'{"number": 1e999}',
        b'{"number": 1}{"number": 1}',
    ],
)
def test_a_malformed_record_is_400(content):
    answer = local().post(f"{AT}/accept", content=content)
    assert answer.status_code == 400
    assert answer.json()["code"] == "REQUEST_INVALID"


@pytest.mark.parametrize("content", [b"x" * 11, b"\0" * 12, b"\xff" * 12])
def test_a_malformed_change_is_422(content):
    answer = local().post(f"{AT}/changes?parent={PARENT}&sequence=0", content=content)
    assert answer.status_code == 422
    assert answer.json()["code"] == "CHANGE_INVALID"


def test_another_method_is_405_in_json():
    answer = local().ask("DELETE", "/api/cases", headers=OWN)
    assert answer.status_code == 405
    assert answer.json()["code"] == "REQUEST_INVALID"


def test_the_largest_change_is_taken_and_no_larger_one():
    client, at = local(), f"{AT}/changes?parent={PARENT}&sequence=0"
    assert client.post(at, content=b"\0" * MOST_BYTES).json()["code"] == "CHANGE_INVALID"
    assert client.post(at, content=b"\0" * (MOST_BYTES + 1)).json()["code"] == "REQUEST_TOO_LARGE"
