"""Nobody comes in who should not, and nothing that is sent gets further than it may."""

from __future__ import annotations

import asyncio
import gzip
import json

import httpx
import pytest
from starlette.routing import Route

from breastdce.review.changes import MOST_BYTES
from breastdce.web import asked
from breastdce.web.access import Access
from breastdce.web.asked import MOST_JSON_BYTES
from breastdce.web.sessions import HOURS, Sessions
from breastdce.web.tokens import add_token, remove_token
from tests.unit.web.made import EXAM, HOST, OWN, PAGES, PARENT, Client, FakeRoom, local

AT = f"/api/cases/{EXAM}"
CHANGES = f"{AT}/changes?parent={PARENT}&sequence=0"
OPEN = {
    ("GET", "/login"),
    ("HEAD", "/login"),
    ("POST", "/api/login"),
}
"""All that a stranger is answered, with the two files that the page for the token loads."""
SECURE = f"https://{HOST}"
SECURE_OWN = {**OWN, "origin": SECURE}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def wide(out, clock: Clock | None = None) -> Client:
    """A client of a server that the network reaches."""
    sessions = Sessions(out, clock or Clock())
    access = Access(frozenset({"review.example.org"}), sessions=sessions, tls=True)
    return Client(FakeRoom(), access, base=SECURE)


def calls(client: Client) -> list[tuple[str, str]]:
    """Every method and path of the application, with names filled in."""
    names = {"{exam}": EXAM, "{name}": "post1", "{file:path}": "editor.js"}
    found = []
    for route in client.app.routes:
        assert isinstance(route, Route)
        path = route.path
        for word, name in names.items():
            path = path.replace(word, name)
        found += [(method, path) for method in sorted(route.methods or ())]
    return found


def sign_in(client: Client, token: str) -> httpx.Response:
    return client.post("/api/login", {"token": token}, headers=SECURE_OWN)


@pytest.mark.parametrize("cookie", [None, "", "x", "a" * 43, "\x7f", '"'])
def test_no_call_and_no_page_is_answered_without_a_token(tmp_path, cookie):
    add_token(tmp_path, "anna")
    client = wide(tmp_path)
    found = calls(client)
    assert len(found) > 25
    headers = dict(SECURE_OWN) if cookie is None else {**SECURE_OWN, "cookie": f"{COOKIE}={cookie}"}
    answered = set()
    for method, path in found:
        answer = client.ask(method, path, headers=headers, content=b"{}")
        if answer.status_code == 303:
            assert answer.headers["location"] == "/login"
            assert not answer.content
        elif answer.status_code == 401 and path != "/api/login":
            assert method == "HEAD" or answer.json()["code"] == "LOGIN_NEEDED"
        else:
            answered.add((method, path))
    assert answered == OPEN


COOKIE = "__Host-breastdce"


def test_the_page_for_the_token_loads_two_files_and_no_other(tmp_path):
    client = wide(tmp_path)
    answers = {name: client.get(f"/static/{name}").status_code for name in PAGES}
    assert {name for name, status in answers.items() if status == 200} == {"login.js", "style.css"}
    assert set(answers.values()) == {200, 401}


def test_a_token_opens_a_session_and_its_end_ends_it(tmp_path):
    token = add_token(tmp_path, "anna")
    client = wide(tmp_path)
    answer = sign_in(client, token)
    assert answer.status_code == 204
    words = answer.headers["set-cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/", f"Max-Age={HOURS * 3600}"):
        assert word in words
    assert token not in words
    assert client.get("/api/me").json() == {"name": "anna", "role": "reader", "session": True}
    remove_token(tmp_path, "anna")
    assert client.get("/api/me").status_code == 401


def test_a_new_token_ends_sessions_of_the_old_one(tmp_path):
    token = add_token(tmp_path, "anna")
    client = wide(tmp_path)
    sign_in(client, token)
    add_token(tmp_path, "anna")
    assert client.get("/api/me").status_code == 401
    assert sign_in(client, token).status_code == 401


def test_signing_out_and_waiting_too_long_end_a_session(tmp_path):
    token, clock = add_token(tmp_path, "anna"), Clock()
    client = wide(tmp_path, clock)
    sign_in(client, token)
    cookie = dict(client._cookies)
    assert client.post("/api/logout", headers=SECURE_OWN).status_code == 204
    client._cookies = httpx.Cookies(cookie)  # a thief who kept it
    assert client.get("/api/me").status_code == 401
    sign_in(client, token)
    clock.now = HOURS * 3600 - 1
    assert client.get("/api/me").status_code == 200
    clock.now += 1
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize("word", ["", "x", "a" * 43, "a" * 201, "ü", "\ud800"])
def test_a_wrong_token_opens_nothing(tmp_path, word):
    add_token(tmp_path, "anna")
    content = json.dumps({"token": word}).encode()
    answer = wide(tmp_path).post("/api/login", headers=SECURE_OWN, content=content)
    assert answer.status_code in (400, 401)
    assert "set-cookie" not in answer.headers


def test_there_is_nothing_to_sign_in_to_on_this_computer():
    assert local().post("/api/login", {"token": "x"}).status_code == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.org",
        "evil.example.org:8000",
        "localhost.evil.example.org",
        "127.0.0.1.evil.example.org:8000",
        "10.0.0.1:8000",
        "",
        "[::1",
        "a@127.0.0.1",
        "127.0.0.1:8000:1",
        "127.0.0.1:80/x",
    ],
)
def test_a_name_that_was_turned_on_us_gets_nothing(host):
    client = local()
    for path in ("/", "/api/cases", f"{AT}/volumes/post1", "/static/style.css"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 403
        assert answer.json()["code"] == "REQUEST_REFUSED"


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST.", "127.0.0.1", "[::1]:8000"])
def test_our_own_names_are_answered_to(host):
    assert local().get("/api/me", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("review.example.org", 200),
        ("10.1.2.3:8443", 200),  # an address holds no name that could be turned
        ("example.org", 403),
        ("x.review.example.org", 403),
    ],
)
def test_a_wide_server_answers_to_its_certificate_and_to_addresses(tmp_path, host, status):
    assert wide(tmp_path).get("/login", headers={"host": host}).status_code == status


def test_a_star_of_a_certificate_is_one_label():
    access = Access(frozenset({"*.example.org"}), sessions=None, local="me")
    assert access.answers_to("a.example.org:1")
    assert not access.answers_to("a.b.example.org")
    assert not access.answers_to("example.org")


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in OWN.items() if key != name}


@pytest.mark.parametrize(
    "headers",
    [
        without("x-breastdce"),
        without("origin"),
        {**OWN, "x-breastdce": "2"},
        {**OWN, "origin": "null"},
        {**OWN, "origin": "http://evil.example.org"},
        {**OWN, "origin": "http://127.0.0.1:8001"},
        {**OWN, "origin": f"https://{HOST}"},
        {**OWN, "origin": f"http://{HOST}.evil.example.org"},
        {**OWN, "sec-fetch-site": "cross-site"},
        {**OWN, "sec-fetch-site": "same-site"},
    ],
)
def test_no_other_site_changes_anything(headers):
    room = FakeRoom()
    client = local(room=room)
    for method, path in calls(client):
        if method == "POST":
            answer = client.ask(method, path, headers=headers, content=b'{"number": 1}')
            assert answer.status_code == 403
            assert answer.json()["code"] == "REQUEST_REFUSED"
    assert not room.calls


def test_no_other_site_loads_anything_but_may_link_here():
    client = local()
    foreign = {"sec-fetch-site": "cross-site"}
    for path in ("/api/cases", f"{AT}/volumes/post1", "/static/style.css", "/"):
        assert client.get(path, headers=foreign).status_code == 403
    link = {**foreign, "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/cases", f"{AT}/volumes/post1", "/none", "/api/none"])
def test_every_answer_is_shut_in(path):
    headers = local().get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-cache" if path == "/" else "no-store")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..\\app.py",
        "/static/style.css%00",
        "/static/style.css/",
        "/static/STYLE.CSS",
        "/static/",
        "/static/.",
        "/case/..%2f..%2fetc",
        "/case/sub-1_ses-1%0a",
        "/api/cases/..%2f..",
        "/api/cases/sub-0001_ses-T0%2f..%2fx",
        f"{AT}/volumes/..%2f..%2fpost1",
        f"{AT}/masks/revision:1%2f..",
        f"{AT}/masks/start%00",
        f"{AT}/masks/start%0a",
        "//static/style.css",
    ],
)
def test_no_path_leads_out_of_the_list(path):
    answer = local().ask("GET", httpx.URL(f"http://{HOST}").copy_with(raw_path=path.encode()))
    assert answer.status_code == 404
    assert answer.json()["code"] == "UNKNOWN_ENTRY"


class Source:
    """A body that counts how much of it is taken."""

    def __init__(self, size: int) -> None:
        self.left, self.sent = size, 0

    async def __aiter__(self):
        while self.left > 0:
            self.left -= 65_536
            self.sent += 65_536
            yield b"\0" * 65_536


def records(client: Client) -> list[str]:
    """Calls that take a record."""
    paths = [path for method, path in calls(client) if method == "POST"]
    return [p for p in paths if not p.endswith(("/logout", "/changes")) and "tools" not in p]


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_without_end_is_refused_while_it_comes(declared):
    client = local()
    for path, most in [(CHANGES, MOST_BYTES), *((p, MOST_JSON_BYTES) for p in records(client))]:
        if path == "/api/login":
            continue
        source = Source(1 << 30)
        length = {"content-length": str(1 << 30)} if declared else {}
        answer = client.post(path, content=source, headers=length)
        assert answer.status_code == 413
        assert answer.json()["code"] == "REQUEST_TOO_LARGE"
        assert source.sent <= (0 if declared else most + 65_536)


def test_a_length_that_is_none_is_refused():
    for length in ("x", "-1", "1" * 5000, "٣"):
        headers = {"content-length": length.encode()}
        answer = local().post(f"{AT}/draft", headers=headers, content=b"{}")
        assert answer.status_code == 400


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity", "x"])
def test_a_body_that_would_have_to_be_unpacked_is_refused(coding):
    bomb = gzip.compress(b"\0" * (64 << 20))
    assert len(bomb) < MOST_BYTES
    answer = local().post(CHANGES, content=bomb, headers={"content-encoding": coding})
    assert answer.status_code == 400
    assert answer.json()["evidence"] == {"why": "the body is compressed"}


def test_a_body_that_does_not_end_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(asked, "PATIENCE_S", 0.05)

    class Slow:
        async def __aiter__(self):
            yield b"{"
            await asyncio.sleep(30)

    answer = local().post(f"{AT}/draft", content=Slow())
    assert answer.status_code == 400
    assert "took longer" in answer.json()["evidence"]["why"]


def test_an_unforeseen_error_says_nothing_of_itself(capsys):
    class Broken(FakeRoom):
        def cases(self, by):
            raise RuntimeError("/secret/path")

    client = local(room=Broken())
    transport = httpx.ASGITransport(client.app, raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as each:
            return await each.get("/api/cases")

    answer = asyncio.run(ask())
    assert answer.status_code == 500
    assert answer.json()["code"] == "SERVER_FAILED"
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert answer.headers["x-content-type-options"] == "nosniff"
