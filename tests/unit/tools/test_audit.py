"""The audit asks for every pin, and never takes silence for a clean answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools import audit

ROOT = Path(__file__).parents[3]
# Answers as OSV's documentation shows them: identifiers in the order of the questions, paged.
KNOWN = {("jinja2", "2.4.1"): ["GHSA-aaaa", "GHSA-gone"], ("torch", "2.0.0"): ["PYSEC-1"]}
VULNERABILITIES = {
    "GHSA-aaaa": {"id": "GHSA-aaaa", "summary": "Sandbox escape"},
    "GHSA-gone": {"id": "GHSA-gone", "summary": "A mistake", "withdrawn": "2025-01-01T00:00:00Z"},
    "PYSEC-1": {"id": "PYSEC-1", "details": "\nLoads a file\nthat runs code"},
}


def batch(question: dict[str, Any]) -> dict[str, Any]:
    """One vulnerability a page."""
    results = []
    for one in question["queries"]:
        known = KNOWN.get((one["package"]["name"], one["version"]), [])
        assert one["package"]["ecosystem"] == "PyPI"
        page = int(one.get("page_token", 0))
        result: dict[str, Any] = {"vulns": [{"id": known[page]}]} if known else {}
        if page + 1 < len(known):
            result["next_page_token"] = str(page + 1)
        results.append(result)
    return {"results": results}


@pytest.fixture
def server() -> Iterator[Callable[[int, bytes | None], str]]:
    """A server on loopback; gives its address for a status and, if any, a fixed answer."""
    running: list[ThreadingHTTPServer] = []

    def start(status: int = 200, fixed: bytes | None = None) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(batch(question))

            def do_GET(self) -> None:
                self._answer(VULNERABILITIES[self.path.rpartition("/")[2]])

            def _answer(self, told: object) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode() if fixed is None else fixed)

            def log_message(self, *args: object) -> None:
                pass

        made = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        running.append(made)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{made.server_port}"

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


@pytest.fixture
def locks(tmp_path) -> Path:
    text = "jinja2==2.4.1 \\\n    --hash=sha256:0\nfine==1.0 ; python_version < '3.12' \\\n"
    (tmp_path / "build.txt").write_text(text, encoding="utf-8")
    (tmp_path / "torch.txt").write_text("torch==2.0.0+cpu \\\njinja2==2.4.1\n", encoding="utf-8")
    return tmp_path


def test_what_is_known_of_any_lock_is_told_and_is_a_failure(server, locks, capsys):
    assert audit.main(["--locks", str(locks), "--server", server()]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "vulnerable: jinja2 2.4.1  GHSA-aaaa: Sandbox escape",
        "vulnerable: torch 2.0.0  PYSEC-1: Loads a file",
        "audit: asked for 3 pins; 2 known vulnerabilities to mend",
    ]


def test_what_is_accepted_with_a_reason_is_told_and_no_failure(server, locks, capsys):
    words = "# identifier, why\nGHSA-aaaa no template of others is rendered\nPYSEC-1 no pickles\n"
    (locks / "accepted.txt").write_text(words, encoding="utf-8")
    assert audit.main(["--locks", str(locks), "--server", server()]) == 0
    assert capsys.readouterr().out.startswith("accepted: jinja2 2.4.1  GHSA-aaaa")


def test_nothing_known_is_a_success(server, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("fine==1.0\n", encoding="utf-8")
    assert audit.main(["--locks", str(tmp_path), "--server", server()]) == 0
    assert capsys.readouterr().out == "audit: asked for 1 pins; 0 known vulnerabilities to mend\n"


@pytest.mark.parametrize(("status", "fixed"), [(503, None), (200, b"<html>"), (200, b"[]")])
def test_no_sensible_answer_is_not_a_clean_one(server, locks, status, fixed, capsys):
    address = server(status, fixed)
    assert audit.main(["--locks", str(locks), "--server", address]) == 3
    assert capsys.readouterr().out.startswith("audit: not asked: no network to OSV")


def test_without_network_it_says_so_and_only_ci_may_go_on(locks, capsys):
    nobody = "http://127.0.0.1:9"
    assert audit.main(["--locks", str(locks), "--server", nobody]) == 3
    assert audit.main(["--locks", str(locks), "--server", nobody, "--or-not-asked"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert all("not asked: no network" in line and "3 pins unchecked" in line for line in told)


def test_a_question_that_the_server_refuses_is_a_bug_and_heard(server, locks):
    with pytest.raises(OSError, match="400"):
        audit.main(["--locks", str(locks), "--server", server(400), "--or-not-asked"])


def test_every_line_of_our_locks_with_a_version_is_a_pin():
    paths = sorted((ROOT / "locks").glob("*.txt"))
    lines = [line for path in paths for line in path.read_text().splitlines() if line[:1].isalnum()]
    names = {line.partition("==")[0] for line in lines}
    assert {pin.name for pin in audit.pins_of(paths)} == names
