"""Tokens are random, shown once, and cannot be had from what is kept."""

from __future__ import annotations

import stat

import pytest

from breastdce.core.errors import CallError, InputError
from breastdce.dataset import layout
from breastdce.web.sessions import Sessions
from breastdce.web.tokens import add_token, find, read_entries, remove_token


def test_a_token_has_256_bits_and_no_other_like_it(tmp_path):
    tokens = {add_token(tmp_path, "anna") for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}  # 256 bits, 6 a character


def test_only_a_hash_is_kept_and_for_the_owner_alone(tmp_path):
    token = add_token(tmp_path, "anna")
    path = layout.review_readers(tmp_path)
    assert token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (entry,) = read_entries(tmp_path)
    assert len(entry.salt) == 32
    assert len(entry.digest) == 64


def test_equal_tokens_would_have_other_hashes(tmp_path, monkeypatch):
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: "t" * size)
    add_token(tmp_path, "anna")
    add_token(tmp_path, "bert")
    first, second = read_entries(tmp_path)
    assert first.digest != second.digest


def test_a_token_is_found_and_a_wrong_one_is_not(tmp_path):
    tokens = {name: add_token(tmp_path, name) for name in ("bert", "anna", "carl")}
    entries = read_entries(tmp_path)
    assert [entry.name for entry in entries] == ["anna", "bert", "carl"]
    for name, token in tokens.items():
        found = find(entries, token)
        assert found is not None
        assert found.name == name
        assert find(entries, token[:-1]) is None
        assert find(entries, token + "x") is None
    assert find((), tokens["anna"]) is None


def test_every_hash_is_compared_whoever_it_is(tmp_path, monkeypatch):
    tokens = [add_token(tmp_path, name) for name in ("anna", "bert", "carl")]
    seen = []

    def compare(a: str, b: str) -> bool:
        seen.append(a)
        return a == b

    monkeypatch.setattr("breastdce.web.tokens.hmac.compare_digest", compare)
    for token in (tokens[0], "x"):
        find(read_entries(tmp_path), token)
    assert len(seen) == 6


def test_a_new_token_ends_the_one_before(tmp_path):
    old = add_token(tmp_path, "anna")
    add_token(tmp_path, "anna")
    entries = read_entries(tmp_path)
    assert len(entries) == 1
    assert find(entries, old) is None


def test_a_removed_reader_is_out(tmp_path):
    token = add_token(tmp_path, "anna")
    remove_token(tmp_path, "anna")
    assert find(read_entries(tmp_path), token) is None
    with pytest.raises(CallError, match="No reader has this name"):
        remove_token(tmp_path, "anna")


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "-a", ".a", "ä", "a" * 33, "a\n"])
def test_a_name_that_cannot_be(tmp_path, name):
    with pytest.raises(CallError):
        add_token(tmp_path, name)
    assert read_entries(tmp_path) == ()


@pytest.mark.parametrize(
    "text", ["", "[", "{}", '[{"name": "anna"}]', "[]x", '[{"name": "a", "more": 1}]']
)
def test_a_damaged_list_lets_nobody_in(tmp_path, text):
    token = add_token(tmp_path, "anna")
    sessions = Sessions(tmp_path)
    secret = sessions.sign_in(token)
    assert secret is not None
    assert sessions.name(secret) == "anna"
    layout.review_readers(tmp_path).write_text(text)
    with pytest.raises(InputError):
        sessions.name(secret)
    with pytest.raises(InputError):
        sessions.sign_in(token)


def test_only_so_many_sessions_and_the_oldest_ends_first(tmp_path, monkeypatch):
    monkeypatch.setattr("breastdce.web.sessions._MOST", 2)
    token, sessions = add_token(tmp_path, "anna"), Sessions(tmp_path)
    secrets = [sessions.sign_in(token) or "" for _ in range(3)]
    assert [sessions.name(secret) for secret in secrets] == [None, "anna", "anna"]
