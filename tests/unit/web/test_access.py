"""Where a server listens decides who may come in."""

from __future__ import annotations

import getpass

import pytest

from breastdce.core.errors import CallError
from breastdce.web.access import decide_access, is_loopback, login_name, safe_name
from breastdce.web.certificate import check_certificate
from breastdce.web.tokens import add_token
from tests.unit.web import certificates


@pytest.fixture
def pair(tmp_path):
    names = ("review.example.org", "*.example.com")
    return certificates.make(tmp_path, *names, addresses=("10.0.0.7", "fd00::7"))


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.org", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_what_only_this_computer_reaches(host, alone):
    assert is_loopback(host) is alone


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "review.example.org", ""])
def test_a_wide_server_needs_a_certificate_and_a_token(tmp_path, pair, host):
    add_token(tmp_path, "anna")
    with pytest.raises(CallError, match="TLS"):
        decide_access(tmp_path, host, None, None, None)
    access = decide_access(tmp_path, host, None, *pair)
    assert access.local is None
    assert access.name(None) is None
    assert access.scheme == "https"
    assert {"review.example.org", "10.0.0.7"} <= access.hosts


def test_a_wide_server_without_a_token_or_with_a_local_reader_is_refused(tmp_path, pair):
    with pytest.raises(CallError, match="no reader has a token"):
        decide_access(tmp_path, "0.0.0.0", None, *pair)
    add_token(tmp_path, "anna")
    with pytest.raises(CallError, match="--reader"):
        decide_access(tmp_path, "0.0.0.0", "anna", *pair)


def test_this_computer_has_one_reader(tmp_path, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "Jürgen M.")
    add_token(tmp_path, "anna")
    assert decide_access(tmp_path, "127.0.0.1", "bert", None, None).name(None) == "bert"
    assert decide_access(tmp_path, "localhost", None, None, None).name("x") == "JurgenM."
    with pytest.raises(CallError, match="cannot have this name"):
        decide_access(tmp_path, "127.0.0.1", "../bert", None, None)


def test_half_a_pair_is_refused_on_this_computer_too(tmp_path, pair):
    for one in ((pair.certificate, None), (None, pair.key)):
        with pytest.raises(CallError, match="needs its key"):
            decide_access(tmp_path, "127.0.0.1", None, *one)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("anna", "anna"),
        ("HOSPITAL\\anna", "HOSPITALanna"),
        ("../../etc", "etc"),
        ("é", "e"),
        ("日本", "reader"),
        ("", "reader"),
        ("a" * 99, "a" * 32),
    ],
)
def test_a_login_name_is_reduced(text, name):
    assert safe_name(text) == name


def test_a_user_without_a_name(monkeypatch):
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert login_name() == "reader"


def test_names_of_a_certificate(pair):
    found = check_certificate(*pair)
    assert found == {"review.example.org", "*.example.com", "10.0.0.7", "fd00::7"}


def test_a_certificate_that_cannot_be_used(tmp_path, pair):
    folders = [tmp_path / name for name in ("other", "late", "soon", "none", "shut")]
    for folder in folders:
        folder.mkdir()
    other, late, soon, none, shut = folders
    name = "review.example.org"
    wrong = [
        (pair.certificate, certificates.make(other, name).key),
        certificates.make(late, name, days=(-3, -1)),
        certificates.make(soon, name, days=(1, 3)),
        certificates.make(none),
        certificates.make(shut, name, password=b"secret"),
        (tmp_path / "missing.pem", pair.key),
        (pair.key, pair.certificate),
    ]
    for certificate, key in wrong:
        with pytest.raises(CallError):
            check_certificate(certificate, key)
