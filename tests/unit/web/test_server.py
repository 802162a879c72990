"""Where the server listens, and what it says of it."""

from __future__ import annotations

import socket

import pytest

from breastdce.core.errors import CallError
from breastdce.web.access import Access
from breastdce.web.server import address_of, listen_at, usual_port


def test_a_data_set_has_one_port_and_another_data_set_another(tmp_path):
    ports = {usual_port(tmp_path / str(n)) for n in range(20)}
    assert len(ports) > 15
    assert all(20_000 <= port < 32_000 for port in ports)
    assert usual_port(tmp_path / "1") == usual_port(tmp_path / "2" / ".." / "1")


def test_whoever_calls_before_it_serves_is_not_refused(tmp_path):
    with listen_at("localhost", None, tmp_path) as sock:
        assert sock.getsockname() == ("127.0.0.1", usual_port(tmp_path))
        with socket.create_connection(sock.getsockname(), timeout=5):
            pass


def test_a_taken_port_gives_way_unless_it_was_asked_for(tmp_path):
    with listen_at("127.0.0.1", None, tmp_path) as first:
        port = first.getsockname()[1]
        with listen_at("127.0.0.1", None, tmp_path) as second:
            assert second.getsockname()[1] not in (port, 0)
        with pytest.raises(CallError, match="cannot listen"):
            listen_at("127.0.0.1", port, tmp_path)


@pytest.mark.parametrize("host", ["192.0.2.1", "a" * 300, "a..b"])
def test_a_host_that_is_not_here(tmp_path, host):
    with pytest.raises(CallError, match="cannot listen"):
        listen_at(host, None, tmp_path)


@pytest.mark.parametrize(
    ("host", "hosts", "tls", "shown"),
    [
        ("127.0.0.1", {"localhost", "127.0.0.1"}, False, "http://127.0.0.1:{}/"),
        ("::1", {"localhost", "::1"}, False, "http://[::1]:{}/"),
        ("review.example.org", {"review.example.org"}, True, "https://review.example.org:{}/"),
        ("0.0.0.0", {"0.0.0.0", "*.example.org", "b.example"}, True, "https://b.example:{}/"),
        ("::", {"::", "fd00::7"}, True, "https://[fd00::7]:{}/"),
        ("0.0.0.0", {"0.0.0.0", "*.example.org"}, True, f"https://{socket.gethostname()}:{{}}/"),
    ],
)
def test_the_address_that_is_printed(tmp_path, host, hosts, tls, shown):
    with listen_at("127.0.0.1", None, tmp_path) as sock:
        access = Access(frozenset(hosts), local="me", tls=tls)
        assert address_of(access, host, sock) == shown.format(sock.getsockname()[1])
