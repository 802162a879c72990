"""`breastdce review` as a program: real sockets, real TLS, real ledger."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
import pytest

from breastdce.review.changes import between
from breastdce.web.tokens import add_token
from tests.unit.dataset.conftest import EXAMS, build
from tests.unit.web import certificates
from tests.unit.web.static.conftest import Watched, chromium

__all__ = ["chromium"]  # a fixture

pytestmark = pytest.mark.slow
AT = f"/api/cases/{EXAMS[0]}"
NAME = "localhost"  # resolves here, and is in the certificate


class Running(NamedTuple):
    process: subprocess.Popen[str]
    address: str
    out: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("made") / "out")


@pytest.fixture
def out(made, tmp_path) -> Path:
    return shutil.copytree(made, tmp_path / "out")


@contextlib.contextmanager
def serving(out: Path, *words: str) -> Iterator[Running]:
    """The program, until the test is done with it."""
    call = [sys.executable, "-m", "breastdce", "review", str(out), *words]
    process = subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, process.communicate()[1]
        yield Running(process, address, out)
    finally:
        process.kill()
        process.communicate()


def ended(running: Running, how: signal.Signals) -> tuple[int, str]:
    """Stop the program; its exit status and all that it said."""
    running.process.send_signal(how)
    said = "".join(running.process.communicate(timeout=60))
    return running.process.returncode, said


def browser(address: str, verify: ssl.SSLContext | bool = True) -> httpx.Client:
    origin = address.rstrip("/")
    headers = {"origin": origin, "x-breastdce": "1"}
    return httpx.Client(base_url=origin, headers=headers, verify=verify, timeout=60)


def stroke(client: httpx.Client, head: dict[str, Any], mask, *voxels) -> httpx.Response:
    new = mask.copy(order="F")
    for voxel in voxels:
        new[voxel] = not new[voxel]
    content = between(mask, new).to_bytes()
    mask[...] = new
    return client.post(f"{AT}/changes", params=head, content=content)


def opened(client: httpx.Client):
    """The head of the draft, and the mask that it began from, as served."""
    draft = client.post(f"{AT}/draft", json={}).json()
    shape = client.get(AT).json()["shape"]
    raw = client.get(f"{AT}/masks/start").content
    mask = np.frombuffer(raw, np.uint8).reshape(shape, order="F").astype(bool)
    return {key: draft[key] for key in ("parent", "sequence")}, np.asfortranarray(mask)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_prints_its_address_serves_and_stops(out, how):
    with serving(out, "--reader", "anna") as running:
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/", running.address)
        with browser(running.address) as client:
            assert client.get("/api/me").json()["name"] == "anna"
            volume = client.get(f"{AT}/volumes/post1")
            assert "x-slope" in volume.headers
            assert "server" not in volume.headers
        assert ended(running, how) == (0, "")


def test_a_data_set_has_its_port_and_gives_way_when_it_is_taken(out):
    with serving(out) as first, serving(out) as second:
        assert first.address != second.address
        ended(first, signal.SIGTERM)
        with serving(out) as third:
            assert third.address == first.address


def test_what_a_page_was_told_is_saved_survives_a_kill(out):
    with serving(out) as running:
        with browser(running.address) as client:
            head, mask = opened(client)
            answer = stroke(client, head, mask, (1, 2, 3), (1, 2, 4))
            assert answer.status_code == 200
        running.process.kill()
        running.process.wait()
    with serving(out) as again, browser(again.address) as client:
        head, _ = opened(client)
        assert head["sequence"] == answer.json()["sequence"]
        delta = client.get(f"{AT}/delta").json()
        assert delta["voxels_added"] + delta["voxels_removed"] == 2


def test_two_windows_cannot_overwrite_each_other(out):
    with serving(out) as running, browser(running.address) as one, browser(running.address) as two:
        head, mask = opened(one)
        same, other = opened(two)
        assert head == same
        first = stroke(one, head, mask, (1, 2, 3))
        late = stroke(two, same, other, (4, 5, 6))
        assert late.status_code == 409
        assert late.json()["code"] == "STALE"
        assert late.json()["head"] == {**head, **first.json()}
        words = {**same, "comment": "", "seconds": 1.0}
        assert two.post(f"{AT}/sign", json=words).status_code == 409
        signed = one.post(f"{AT}/sign", json={**words, **first.json()})
        assert signed.status_code == 200
        assert (
            signed.json()["delta"]["voxels_added"] + signed.json()["delta"]["voxels_removed"] == 1
        )


@pytest.fixture
def wide(out, tmp_path) -> Iterator[tuple[Running, str, ssl.SSLContext]]:
    """A server with TLS and a token, the token, and what trusts the certificate."""
    pair = certificates.make(tmp_path, NAME)
    token = add_token(out, "anna")
    with socket.create_server(("", 0)) as free:
        port = free.getsockname()[1]
    words = ("--host", "0.0.0.0", "--port", str(port))
    tls = ("--tls-cert", str(pair.certificate), "--tls-key", str(pair.key))
    with serving(out, *words, *tls) as running:
        yield running, token, ssl.create_default_context(cafile=pair.certificate)


def test_over_tls_a_token_opens_and_is_said_nowhere(wide):
    running, token, trust = wide
    assert running.address.startswith(f"https://{NAME}:")
    with browser(running.address, trust) as client:
        assert client.get("/api/cases").status_code == 401
        assert client.get("/").headers["location"] == "/login"
        assert client.get("/login").status_code == 200
        assert client.post("/api/login", json={"token": "x" * 43}).status_code == 401
        answer = client.post("/api/login", json={"token": token})
        assert answer.status_code == 204
        secret = answer.cookies["__Host-breastdce"]
        assert "Secure" in answer.headers["set-cookie"]
        assert client.get("/api/me").json()["name"] == "anna"
        assert client.get("/api/none").status_code == 404
    status, said = ended(running, signal.SIGTERM)
    assert (status, said) == (0, "")
    for path in running.out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert token.encode() not in content
            assert secret.encode() not in content


def test_a_reader_signs_in_by_the_page(wide, chromium):
    running, token, _ = wide
    watched = Watched(chromium(False), ignore_https_errors=True)
    page = watched.page
    page.goto(f"{running.address}case/{EXAMS[0]}")
    assert page.url == f"{running.address}login"
    page.fill("#token", "x" * 43)
    page.click("button")
    page.wait_for_selector("#answer:not(:empty)")
    assert "nobody's token" in page.inner_text("#answer")
    page.fill("#token", token)
    page.press("#token", "Enter")
    page.wait_for_selector("#cases tbody tr")
    assert page.url == running.address
    assert page.evaluate("document.cookie") == ""
    assert token not in page.content()
    assert all(request.startswith((running.address, "data:")) for request in watched.requests)
    # The console says that the wrong token was answered by 401, and nothing else.
    assert [each for each in watched.complaints if "401" not in each] == []
    watched.context.close()


def test_nothing_is_said_in_the_clear(wide):
    running, _, _ = wide
    port = httpx.URL(running.address).port
    with httpx.Client() as client, pytest.raises(httpx.TransportError):
        client.get(f"http://{NAME}:{port}/login")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with browser(running.address, old) as client, pytest.raises(httpx.TransportError):
        client.get("/login")


def test_a_removed_reader_is_out_while_the_server_runs(wide):
    running, token, trust = wide
    with browser(running.address, trust) as client:
        client.post("/api/login", json={"token": token})
        assert client.get("/api/cases").status_code == 200
        words = ["review", "readers", "remove", str(running.out), "anna"]
        subprocess.run([sys.executable, "-m", "breastdce", *words], check=True)
        assert client.get("/api/cases").status_code == 401


def sent(address: str, *parts: bytes) -> bytes:
    """What comes back for bytes that no browser would send; empty when the line is cut."""
    url = httpx.URL(address)
    received = b""
    line = socket.create_connection((url.host, url.port), timeout=60)
    with line:
        with contextlib.suppress(ConnectionError):  # it may answer, and close, before the end
            for part in parts:
                line.sendall(part)
        with contextlib.suppress(ConnectionError):
            while piece := line.recv(65_536):
                received += piece
    return received


def test_what_no_browser_would_send(out):
    with serving(out) as running:
        host = running.address.removeprefix("http://").rstrip("/").encode()
        post = b"POST %s/draft HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nX-Breastdce: 1\r\n"
        post %= (AT.encode(), host, host)
        shut = b"Connection: close\r\n"
        answers = {
            "no host": sent(running.address, b"GET / HTTP/1.0\r\n\r\n"),
            "two hosts": sent(
                running.address, b"GET / HTTP/1.1\r\nHost: %s\r\nHost: evil\r\n\r\n" % host
            ),
            "no HTTP": sent(running.address, b"\x16\x03\x01\x00\xff" * 10 + b"\r\n\r\n"),
            "long headers": sent(
                running.address, b"GET / HTTP/1.1\r\nHost: %s\r\nX: " % host, b"x" * 100_000
            ),
            "two lengths": sent(
                running.address, post, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
            ),
            "a chunked flood": sent(
                running.address,
                post,
                b"Transfer-Encoding: chunked\r\n\r\n",
                *(b"10000\r\n" + b" " * 65_536 + b"\r\n" for _ in range(4)),
            ),
            "a long way": sent(
                running.address,
                b"GET /" + b"../" * 2000 + b"etc/passwd HTTP/1.1\r\n",
                shut,
                b"\r\n",
            ),
        }
        status = {name: answer.split(b" ", 2)[1:2] for name, answer in answers.items()}
        assert status["a chunked flood"] == [b"413"]
        for name, found in status.items():
            assert found in ([], [b"400"], [b"403"], [b"413"], [b"431"]), name
        with browser(running.address) as client:  # and it lives
            assert client.get("/api/me").status_code == 200
        assert ended(running, signal.SIGTERM)[0] == 0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--host", "0.0.0.0"), "TLS"),
        (("--host", "10.255.255.1"), "TLS"),
        (("--tls-cert", "none.pem"), "needs its key"),
        (("--tls-cert", "none.pem", "--tls-key", "none.pem"), "cannot be used"),
        (("--reader", "../x"), "cannot have this name"),
    ],
)
def test_a_wrong_call_serves_nothing_and_makes_nothing(out, capsys, words, what):
    from breastdce.cli.main import main

    assert main(["review", str(out), *words]) == 2
    assert what in capsys.readouterr().err
    assert not (out / "review").exists()


def test_a_port_that_is_taken(out, capsys):
    from breastdce.cli.main import main

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert main(["review", str(out), "--port", port]) == 2
    assert "cannot listen" in capsys.readouterr().err
