"""Whatever is sent is answered, and never by an error of the server's own.

An exception that the application does not answer itself comes through the client and fails.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.web.made import EXAM, PARENT, SHAPE, FakeRoom, local

AT = f"/api/cases/{EXAM}"
RECORDS = ("draft", "sign", "accept", "send-back", "assign", "discard", "tools/grow", "tools/none")
ANSWERS = {200, 204, 400, 404, 409, 413, 422}
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
values = st.one_of(
    plain,
    st.sampled_from([0, 1, PARENT, "anna", "x" * 4001, "\ud800", "\0", 2**53, 2**64, 1e308, -0.0]),
    st.lists(st.integers(-1, 70_000), max_size=4),
)
fields = (
    *("start", "parent", "sequence", "comment", "seconds", "number", "reader", "params"),
    *("seed", "low", "high", "radius_mm", "axis", "mm"),
)
records = st.dictionaries(st.sampled_from(fields), values, max_size=6)
near_records = st.fixed_dictionaries(
    {"parent": st.just(PARENT), "sequence": st.integers(0, 2)},
    optional={
        "params": records,
        "comment": st.text(),
        "seconds": st.floats(0, 10, allow_nan=False),
    },
)
payloads = (
    st.binary(max_size=200)
    | records.map(json.dumps).map(str.encode)
    | near_records.map(json.dumps).map(str.encode)
)


@pytest.mark.parametrize("call", RECORDS)
@few
@given(payload=payloads)
def test_any_record_is_answered(call, payload):
    room = FakeRoom()
    answer = local(room=room).post(f"{AT}/{call}", content=payload)
    assert answer.status_code in ANSWERS
    if answer.status_code >= 400:
        assert {"code", "message", "evidence", "remedy"} <= answer.json().keys()


@few
@given(payload=payloads)
def test_any_token_is_answered(payload):
    assert local().post("/api/login", content=payload).status_code in ANSWERS


words = st.binary(max_size=60) | st.lists(
    st.tuples(st.integers(0, 250), st.integers(0, 30), st.integers(0, 2)), max_size=6
).map(lambda runs: b"".join(n.to_bytes(4, "little") for run in runs for n in run))


@few
@given(payload=words)
def test_any_change_is_answered_and_taken_whole_or_not_at_all(payload):
    room = FakeRoom()
    answer = local(room=room).post(f"{AT}/changes?parent={PARENT}&sequence=0", content=payload)
    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        assert not room.now.any()
    assert room.now.shape == SHAPE


@few
@given(
    query=st.dictionaries(
        st.sampled_from(["parent", "sequence", "i", "j", "k", "x"]),
        st.text(max_size=10) | st.integers().map(str) | st.just(PARENT),
    ),
    call=st.sampled_from(["changes", "curve"]),
)
def test_any_query_is_answered(query, call):
    method = "POST" if call == "changes" else "GET"
    client = local()
    if method == "POST":
        answer = client.post(f"{AT}/changes", params=query, content=b"")
    else:
        answer = client.get(f"{AT}/curve", params=query)
    assert answer.status_code in ANSWERS


segment = st.text(st.characters(exclude_characters="/?#", exclude_categories=["Cs"]), max_size=20)


@few
@given(exam=segment, name=segment, kind=st.sampled_from(["volumes", "masks", "tools"]))
def test_any_name_is_answered(exam, name, kind):
    from urllib.parse import quote

    client = local()
    for who in (exam, EXAM):
        path = f"/api/cases/{quote(who, safe='')}/{kind}/{quote(name, safe='')}"
        answer = client.post(path) if kind == "tools" else client.get(path)
        assert answer.status_code in ANSWERS | {405}
