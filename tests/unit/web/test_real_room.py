"""The calls with the room that the program has, on a small data set."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breastdce.core.volume import Mask
from breastdce.review.changes import apply, between, read_change
from breastdce.review.delta import surface_map
from breastdce.review.revision import Reader, Role
from breastdce.run.review.room import ReviewRoom
from tests.unit.dataset.conftest import EXAMS, build
from tests.unit.web.made import local
from tests.unit.web.test_fuzz import ANSWERS, RECORDS, near_records, payloads

AT = f"/api/cases/{EXAMS[0]}"
OWNER = Reader("owner", Role.ADMIN)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with ReviewRoom(build(tmp_path_factory.mktemp("made") / "out")) as room:
        room.set_role("anna", Role.READER, OWNER)
        room.set_role("bert", Role.READER, OWNER)
        room.set_role("judge", Role.ADJUDICATOR, OWNER)
        yield room


def opened(client):
    """Head of the draft, and its mask."""
    draft = client.post(f"{AT}/draft").json()
    empty = np.zeros(client.get(AT).json()["shape"], np.bool_, order="F")
    mask = apply(empty, read_change(base64.b64decode(draft["mask"]), empty.size))
    return {"parent": draft["parent"], "sequence": draft["sequence"]}, mask


def raw(answer, shape, kind):
    assert answer.status_code == 200
    return np.frombuffer(answer.content, kind).reshape(shape, order="F")


def surface_of(client):
    """Numbers of the voxels of the draft's surface, and how far they moved."""
    content = client.get(f"{AT}/surface").content
    half = len(content) // 2
    return np.frombuffer(content[:half], "<u4"), np.frombuffer(content[half:], "<f4")


def test_what_the_editor_is_told_is_what_is_served(room):
    client = local("anna", room)
    (line, *_) = client.get("/api/cases").json()
    assert line["exam"] == str(EXAMS[0])
    case = client.get(AT).json()
    shape = case["shape"]
    assert {"planes", "window", "state", "revisions", "times_s", "spacing_mm"} <= case.keys()
    for volume in case["volumes"]:
        answer = client.get(f"{AT}/volumes/{volume['name']}")
        raw(answer, shape, "<i2")
        assert float(answer.headers["x-slope"]) > 0
        float(answer.headers["x-intercept"])
    for name in case["masks"]:
        assert set(np.unique(raw(client.get(f"{AT}/masks/{name}"), shape, np.uint8))) <= {0, 1}
    curve = client.get(f"{AT}/curve?i=1&j=2&k=3").json()
    assert len(curve["signal"]) == len(case["times_s"])
    assert client.get(f"{AT}/curve?i={shape[0]}&j=0&k=0").status_code == 404


def test_strokes_a_tool_a_signature_and_a_verdict(room):
    anna, bert, judge = (local(name, room) for name in ("anna", "bert", "judge"))
    head, mask = opened(anna)
    drawn = mask.copy(order="F")
    drawn[1:4, 2, 3] ^= True
    answer = anna.post(f"{AT}/changes", params=head, content=between(mask, drawn).to_bytes()).json()
    delta = anna.get(f"{AT}/delta").json()
    assert delta["voxels_added"] + delta["voxels_removed"] == 3
    numbers, moved_mm = surface_of(anna)
    known = surface_map(*(Mask(each, room.grid(EXAMS[0])) for each in (mask, drawn)))
    assert np.array_equal(np.unravel_index(numbers, mask.shape, order="F"), known.voxels.T)
    assert np.array_equal(moved_mm, known.moved_mm)
    call = {**head, **answer, "params": {}}
    tool = anna.post(f"{AT}/tools/largest", call)
    after = apply(drawn, read_change(tool.content, drawn.size))
    words = {**head, "comment": "done", "seconds": 12.5}
    words["sequence"] = int(tool.headers["x-sequence"])
    signed = anna.post(f"{AT}/sign", words).json()
    number = signed["number"]
    stored = raw(anna.get(f"{AT}/masks/revision:{number}"), mask.shape, np.uint8)
    assert np.array_equal(stored.astype(bool), after)

    # Bert sees nothing of it, and may not judge; the judge does.
    assert bert.get(f"{AT}/masks/revision:{number}").status_code == 404
    assert bert.get(AT).json()["revisions"] == []
    assert bert.post(f"{AT}/accept", {"number": number}).status_code == 403
    assert bert.get("/api/agreement").status_code == 403
    table = judge.get("/api/agreement").json()
    assert {column["name"] for column in table["columns"]} >= {"first", "second", "dice"}
    assert [each["number"] for each in judge.get(AT).json()["revisions"]] == [number]
    assert judge.post(f"{AT}/accept", {"number": number}).json()["mask"] == signed["mask"]
    assert anna.get(AT).json()["state"] == "accepted"
    back = {"reader": "anna", "comment": "once more"}
    assert judge.post(f"{AT}/send-back", back).status_code == 204
    assert anna.get(AT).json()["state"] == "sent_back"
    assert judge.post(f"{AT}/assign", {"reader": "bert"}).status_code == 204


def test_two_windows_of_one_reader_and_two_readers_of_one_case(room):
    one, two, other = local("anna", room), local("anna", room), local("bert", room)
    head, mask = opened(one)
    same, _ = opened(two)
    theirs, _ = opened(other)
    drawn = mask.copy(order="F")
    drawn[0, 0, :2] ^= True
    change = between(mask, drawn).to_bytes()
    first = one.post(f"{AT}/changes", params=head, content=change)
    assert first.status_code == 200
    late = two.post(f"{AT}/changes", params=same, content=change)
    assert late.status_code == 409
    assert late.json()["head"] == {**head, **first.json()}
    assert two.post(f"{AT}/discard", same).status_code == 409
    assert other.post(f"{AT}/changes", params=theirs, content=change).status_code in (200, 422)
    assert one.post(f"{AT}/discard", {**head, **first.json()}).status_code == 204


@pytest.mark.parametrize("path", [f"{AT}/volumes/none", f"{AT}/masks/ftv%2f..", f"{AT}/masks/x"])
def test_a_name_that_is_none_is_404(room, path):
    assert local("anna", room).get(path).json()["code"] == "UNKNOWN_ENTRY"


seeds = st.lists(st.integers(0, 40), min_size=3, max_size=3)
tools = st.sampled_from(["largest", "near", "grow", "between", "none"])
numbers = st.floats(-5, 300) | st.integers(-2, 4) | st.none() | st.text(max_size=3)
asked = st.fixed_dictionaries(
    {}, optional={"seed": seeds, "low": numbers, "high": numbers, "radius_mm": numbers}
) | st.fixed_dictionaries({}, optional={"axis": numbers, "mm": numbers})
few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("call", RECORDS)
@few
@given(payload=payloads, name=st.sampled_from(["anna", "judge"]))
def test_any_record_is_answered(room, call, payload, name):
    assert local(name, room).post(f"{AT}/{call}", content=payload).status_code in ANSWERS | {403}


@few
@given(name=tools, params=asked)
def test_any_words_for_a_tool_are_answered(room, name, params):
    client = local("bert", room)
    head, _ = opened(client)
    answer = client.post(f"{AT}/tools/{name}", {**head, "params": params})
    assert answer.status_code in ANSWERS


@few
@given(record=near_records, runs=st.binary(max_size=48))
def test_any_record_at_the_head_is_answered(room, record, runs):
    client = local("bert", room)
    head, _ = opened(client)
    content = json.dumps({**record, **head}).encode()
    assert client.post(f"{AT}/sign", content=content).status_code in ANSWERS
    head, _ = opened(client)
    assert client.post(f"{AT}/changes", params=head, content=runs).status_code in ANSWERS
