"""Who is signed in: in memory and by hash. A restart ends a session, the end of its token too."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from breastdce.dataset import layout
from breastdce.web.tokens import Entry, find, read_entries

HOURS = 12
"""A session ends after so long, a long day of reading."""
_MOST = 1000  # sessions at a time; the oldest ends first
_State = tuple[int, int, int]


class _Session(NamedTuple):
    digest: str
    """Of the entry that signed in."""
    ends: float


class Sessions:
    """Sessions of the readers of one data set; safe to ask from many threads.

    Parameters
    ----------
    out
        Folder of the data set. Its list of readers is read again whenever it has changed, so that
        a reader who is removed is out at once.
    clock
        Seconds, never going back.
    """

    def __init__(self, out: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out, clock
        self._lock = threading.Lock()
        self._sessions: dict[bytes, _Session] = {}
        self._entries: tuple[Entry, ...] = ()
        self._state: _State | None = None

    def sign_in(self, token: str) -> str | None:
        """Begin a session; returns its secret, or None for a token that is nobody's."""
        with self._lock:
            entry = find(self._known(), token)
            if entry is None:
                return None
            secret = secrets.token_urlsafe(32)
            self._tidy()
            ends = self._clock() + HOURS * 3600
            self._sessions[_digest(secret)] = _Session(entry.digest, ends)
            return secret

    def sign_out(self, secret: str) -> None:
        """End a session, if there is one."""
        with self._lock:
            self._sessions.pop(_digest(secret), None)

    def name(self, secret: str) -> str | None:
        """Whose session it is; None when it, or the token it was begun with, has ended."""
        with self._lock:
            # Looked up by hash, so that the time it takes tells nothing of the secret.
            session = self._sessions.get(_digest(secret))
            if session is None or session.ends <= self._clock():
                return None
            found = (entry for entry in self._known() if entry.digest == session.digest)
            return next((entry.name for entry in found), None)

    def _known(self) -> tuple[Entry, ...]:
        state = _state(layout.review_readers(self._out))
        if state != self._state:
            self._entries, self._state = read_entries(self._out), state
        return self._entries

    def _tidy(self) -> None:
        now = self._clock()
        alive = {key: each for key, each in self._sessions.items() if each.ends > now}
        for key in list(alive)[: max(0, len(alive) - _MOST + 1)]:
            del alive[key]
        self._sessions = alive


def _digest(secret: str) -> bytes:
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _state(path: Path) -> _State | None:
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
