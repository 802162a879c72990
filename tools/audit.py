"""Ask OSV for known vulnerabilities of everything that is locked, on whatever platform.

0 asked, and nothing is known; 1 something is known; 3 not asked, which says nothing. What is known
and cannot be mended is accepted by a line in locks/accepted.txt: its identifier, and why.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

LOCKS = Path(__file__).resolve().parents[1] / "locks"
OSV = "https://api.osv.dev"

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_BATCH = 1000  # as many questions as one call takes
_TIMEOUT_S = 30.0
_SERVER_FAILED = 500


class Pin(NamedTuple):
    """A package as it is locked."""

    name: str
    version: str


class Known(NamedTuple):
    """A vulnerability that a locked package has."""

    pin: Pin
    identifier: str
    words: str


class NotAskedError(Exception):
    """The database could not be reached, or could not answer."""


def pins_of(paths: Iterable[Path]) -> list[Pin]:
    """Read what is locked; a build of its own (`+cpu`) has the vulnerabilities of its version."""
    texts = [path.read_text(encoding="utf-8") for path in paths]
    found = {Pin(n, v.partition("+")[0]) for text in texts for n, v in _PIN.findall(text)}
    return sorted(found)


def known_of(pins: Sequence[Pin], server: str = OSV) -> list[Known]:
    """Ask for all pins, and for the words of each vulnerability that was not withdrawn."""
    found: list[Known] = []
    for pin, identifier in _identifiers(pins, server):
        told = _ask(f"{server}/v1/vulns/{identifier}")
        if "withdrawn" not in told:
            words = told.get("summary") or told.get("details") or "no description"
            found.append(Known(pin, identifier, words.strip().partition("\n")[0]))
    return found


def _identifiers(pins: Sequence[Pin], server: str) -> list[tuple[Pin, str]]:
    found: list[tuple[Pin, str]] = []
    open_questions: list[tuple[Pin, str | None]] = [(pin, None) for pin in pins]
    while open_questions:
        now, open_questions = open_questions[:_BATCH], open_questions[_BATCH:]
        answer = _ask(f"{server}/v1/querybatch", {"queries": [_question(*one) for one in now]})
        for (pin, _), result in zip(now, answer["results"], strict=True):
            found += [(pin, one["id"]) for one in result.get("vulns", ())]
            if token := result.get("next_page_token"):
                open_questions.append((pin, token))
    return found


def _question(pin: Pin, token: str | None) -> dict[str, object]:
    package = {"name": pin.name, "ecosystem": "PyPI"}
    page = {} if token is None else {"page_token": token}
    return {"package": package, "version": pin.version, **page}


def _ask(address: str, question: object = None) -> dict[str, Any]:
    body = None if question is None else json.dumps(question).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is ours
        address, body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code < _SERVER_FAILED:
            raise  # we have asked wrongly
        raise NotAskedError(str(error)) from error
    except (OSError, ValueError) as error:  # no network; something else answers in its place
        raise NotAskedError(str(error)) from error
    if not isinstance(told, dict):
        raise NotAskedError("the answer is none of OSV's")
    return told


def _accepted(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def main(words: Sequence[str] | None = None) -> int:
    """Print what is known; return the exit status."""
    parser = argparse.ArgumentParser(description="Known vulnerabilities of what is locked.")
    parser.add_argument("--locks", type=Path, default=LOCKS, metavar="FOLDER")
    parser.add_argument("--server", default=OSV, metavar="URL")
    parser.add_argument(
        "--or-not-asked", action="store_true", help="status 0 too where there is no network"
    )
    args = parser.parse_args(words)
    pins = pins_of(sorted(args.locks.glob("*.txt")))
    try:
        known = known_of(pins, args.server)
    except NotAskedError as error:
        print(f"audit: not asked: no network to OSV ({error}); {len(pins)} pins unchecked")
        return 0 if args.or_not_asked else 3
    accepted = _accepted(args.locks / "accepted.txt")
    for one in known:
        mark = "accepted" if one.identifier in accepted else "vulnerable"
        print(f"{mark}: {one.pin.name} {one.pin.version}  {one.identifier}: {one.words}")
    left = [one for one in known if one.identifier not in accepted]
    print(f"audit: asked for {len(pins)} pins; {len(left)} known vulnerabilities to mend")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
