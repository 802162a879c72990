"""On a computer that several share, the address is answered to its own user."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import pytest

from breastdce.web import neighbors
from breastdce.web.neighbors import Caller, callers_are_known, find_caller, is_own

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a table of Linux")


@linux
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_other_end_of_our_own_connection_is_ours(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        server = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip(f"no {host} here")
    with server, socket.create_connection(server.getsockname()[:2]) as client:
        line, peer = server.accept()
        with line:
            assert find_caller(peer, line.getsockname()) == Caller(os.getuid(), True)
            client.close()
            left = find_caller(peer, line.getsockname())
            assert left is None or not left.is_held
            assert find_caller(("127.0.0.1", 1), line.getsockname()) is None


@linux
def test_a_caller_by_ipv4_in_ipv6_is_found():
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.socket(socket.AF_INET6)
        with client:
            try:
                client.connect(("::ffff:127.0.0.1", server.getsockname()[1]))
            except OSError:
                pytest.skip("no IPv6 here")
            line, peer = server.accept()
            with line:
                assert find_caller(peer, line.getsockname()) == Caller(os.getuid(), True)


@pytest.mark.parametrize(
    ("caller", "own"),
    [
        (Caller(1000, True), True),
        (Caller(0, True), True),
        (Caller(1001, True), False),
        (Caller(0, False), False),  # closed already: it may have been anybody's
        (None, False),
    ],
)
def test_whose_call_is_answered(caller, own):
    assert is_own(caller, 1000) is own


@linux
def test_it_is_tried_before_it_is_relied_on(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert not callers_are_known()
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(neighbors, "find_caller", lambda *_: Caller(1000, True))
    assert callers_are_known()
    monkeypatch.setattr(neighbors, "find_caller", lambda *_: None)
    assert not callers_are_known()


@pytest.mark.parametrize("uid", [1000, 1001])
def test_the_line_of_a_stranger_is_cut(monkeypatch, uid):
    import uvicorn

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(neighbors, "find_caller", lambda *_: Caller(uid, True))

    async def ask() -> bytes:
        sock = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, http=neighbors.OwnCallers, ws="none", lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([sock]))
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()
            server.should_exit = True
            await serving

    answer = asyncio.run(ask())
    assert answer.startswith(b"HTTP/1.1 204") if uid == 1000 else not answer
