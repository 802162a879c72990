"""The server of `review` killed while strokes are saved, and the page that goes on with the next.

Of the ledger, the words and masks of revisions are compared; their times are those of the clock,
and links of the chain are digests over them. Locks are made when they are first held.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from kill_child import Child, cpu_s
from kill_deeds import digests
from numpy.typing import NDArray

import breastdce.web.app  # noqa: F401 - loaded once for all children
from breastdce.dataset import layout
from breastdce.review.changes import between
from breastdce.review.revision import Reader, Role
from breastdce.run.review.room import ReviewRoom
from breastdce.run.review.verify import check_review
from breastdce.web.server import usual_port
from tests.unit.dataset.conftest import EXAMS, build

_SAVES = 40
_AT = f"/api/cases/{EXAMS[0]}"
_PATIENCE_S = 600.0  # a machine may be busy, and a kill is noticed at once
_NEVER_S = 1e9
"""A moment that never comes, seconds."""
_calm: dict[Path, tuple[float, dict[str, str]]] = {}
"""CPU time of an undisturbed server, and the files that it leaves."""


def review_chain(folder: Path, seed: int, number: int, kills: int) -> tuple[str, ...]:
    """Save strokes, with the server killed some times; what is not as without that."""
    if folder not in _calm:
        _calm[folder] = _session(folder / "calm", [])[:2]
    cpu, calm = _calm[folder]
    moments = random.Random(f"{seed} review {number}")  # noqa: S311 - nothing is secret
    _, found, lost = _session(folder / f"{number}", [moments.uniform(0, cpu) for _ in range(kills)])
    names = sorted(calm.keys() | found.keys())
    return (*lost, *(name for name in names if calm.get(name) != found.get(name)))


def _session(out: Path, moments: list[float]) -> tuple[float, dict[str, str], tuple[str, ...]]:
    """CPU time, files, and saved strokes that were not there after a kill."""
    build(out)
    page, lost, used = _Page(), [], 0.0
    for moment in (*moments, _NEVER_S):
        with _serving(out, moment) as (client, server):
            try:
                lost += page.opened(client)
                page.save(client)
            except httpx.TransportError:
                pass  # killed: what was not answered may or may not be there
            used = cpu_s(server.pid)
    found = _left(out)
    shutil.rmtree(out)
    return used, found, tuple(lost)


@contextmanager
def _serving(out: Path, moment: float) -> Iterator[tuple[httpx.Client, Child]]:
    """A server that is killed at a moment, or at the end of the body."""
    port = usual_port(out)
    words = ["review", str(out), "--reader", "anna", "--port", str(port)]
    server = Child(words)
    killer = threading.Thread(target=server.killed_at, args=(moment,))
    origin = f"http://127.0.0.1:{port}"
    headers = {"origin": origin, "x-breastdce": "1"}
    with httpx.Client(base_url=origin, headers=headers, timeout=_PATIENCE_S) as client:
        killer.start()
        try:
            _wait(client, server)
            yield client, server
        finally:
            with suppress(ProcessLookupError):  # the killer was first, and has not said so yet
                if server.status is None:
                    os.killpg(server.pid, signal.SIGKILL)
            killer.join()


def _wait(client: httpx.Client, server: Child) -> None:
    while server.status is None:
        try:
            client.get("/api/me")
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return


class _Page:
    """One reader: the strokes to save, and how many the server has said are saved."""

    def __init__(self) -> None:
        self._sure = 0
        self._is_signed = False
        self._head: dict[str, Any] = {}
        self._mask: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def opened(self, client: httpx.Client) -> list[str]:
        """Go on with the draft; strokes that were said to be saved and are not."""
        case = client.get(_AT).json()
        if case["revisions"]:
            self._is_signed = True
            return []
        draft = client.post(f"{_AT}/draft", json={}).json()
        self._head = {key: draft[key] for key in ("parent", "sequence")}
        raw = np.frombuffer(client.get(f"{_AT}/masks/start").content, np.uint8)
        self._mask = np.asfortranarray(raw.reshape(case["shape"], order="F") > 0)
        for number in range(self._head["sequence"]):
            self._turn(number)
        short = self._sure - self._head["sequence"]
        return [f"{short} saved strokes"] if short > 0 else []

    def save(self, client: httpx.Client) -> None:
        """Save what is left, and sign."""
        if self._is_signed:
            return
        for number in range(self._head["sequence"], _SAVES):
            before = self._mask.copy(order="F")
            self._turn(number)
            content = between(before, self._mask).to_bytes()
            answer = client.post(f"{_AT}/changes", params=self._head, content=content)
            self._head["sequence"] = self._sure = answer.raise_for_status().json()["sequence"]
        words = {**self._head, "comment": "", "seconds": 1.0}
        client.post(f"{_AT}/sign", json=words).raise_for_status()
        self._is_signed = True

    def _turn(self, number: int) -> None:
        """Change the voxels of a stroke."""
        flat = self._mask.reshape(-1, order="F")
        voxels = np.random.default_rng(number).choice(flat.size, 12, replace=False)
        flat[voxels] = ~flat[voxels]


def _left(out: Path) -> dict[str, str]:
    """Files by digest, the ledger by what its rows say, and what verification finds."""
    ledger = layout.review_ledger(out).name
    found = {
        name: digest
        for name, digest in digests(out).items()
        if ledger not in name and not name.startswith(".breastdce/locks")
    }
    with ReviewRoom(out) as room:
        found["revisions"] = repr(
            [
                (one.number, one.reader, one.parent, one.mask, one.delta)
                for one in room.revisions(EXAMS[0], Reader("judge", Role.ADJUDICATOR))
            ]
        )
    found["verification"] = repr(list(check_review(out)))
    return found
