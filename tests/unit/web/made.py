"""A room without files, and a client that talks to the application as a browser would."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.review.changes import Change, between, draw
from breastdce.review.delta import SurfaceMap
from breastdce.review.revision import Reader, Role
from breastdce.web.access import Access
from breastdce.web.app import make_app
from breastdce.web.pages import static_file

EXAM = "sub-0001_ses-T0"
SHAPE = (7, 6, 5)
PARENT = "a" * 64
HOST = "127.0.0.1:8000"
OWN = {"host": HOST, "origin": f"http://{HOST}", "x-breastdce": "1"}
"""Headers that our own pages send."""
PAGES = {
    name: static_file(name, f"<!doctype html><title>{name}</title>".encode())
    for name in ("index.html", "case.html", "readers.html", "login.html", "login.js", "style.css")
}


class Draft(msgspec.Struct, frozen=True):
    parent: str
    sequence: int
    start: str
    mask: Any


def unknown() -> InputError:
    return InputError(ErrorCode.UNKNOWN_ENTRY)


class FakeRoom:
    """One exam, one draft, the contract's signatures and errors."""

    def __init__(self) -> None:
        self.now = np.zeros(SHAPE, np.bool_, order="F")
        self.sequence = 0
        self.stamp = 1
        self.calls: list[tuple[Any, ...]] = []
        self.roles = {"anna": Role.READER, "bert": Role.ADJUDICATOR}

    def reader(self, name: str) -> Reader:
        return Reader(name, self.roles.get(name, Role.ADMIN))

    def _known(self, exam: ExamId) -> None:
        if str(exam) != EXAM:
            raise unknown()

    def _judge(self, by: Reader) -> None:
        if not by.decides:
            raise InputError(ErrorCode.ROLE_MISSING)

    def _head(self, parent: str, sequence: int) -> None:
        if (parent, sequence) != (PARENT, self.sequence):
            evidence = {"parent": PARENT, "sequence": self.sequence}
            raise InputError(ErrorCode.STALE, evidence=evidence)

    def cases(self, by: Reader) -> list[object]:
        return [{"exam": EXAM, "reader": by.name}]

    def case(self, exam: ExamId, by: Reader) -> object:
        self._known(exam)
        return {"exam": str(exam), "shape": SHAPE}

    def made(self, exam: ExamId) -> int:
        self._known(exam)
        return self.stamp

    def volume(self, exam: ExamId, name: str) -> tuple[Any, float, float]:
        self._known(exam)
        self.calls.append(("volume", name))
        if name not in ("post1", "pre"):
            raise unknown()
        values = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE, order="F") - 100
        return values, 0.25, -3.5

    def mask(self, exam: ExamId, name: str, by: Reader) -> Any:
        self._known(exam)
        if name not in ("start", "revision:1"):
            raise unknown()
        return self.now

    def curve(self, exam: ExamId, voxel: tuple[int, int, int]) -> object:
        self._known(exam)
        if any(n >= size for n, size in zip(voxel, SHAPE, strict=True)):
            raise unknown()
        return {"times_s": [0, 90], "signal": [1, 2], "voxel": voxel}

    def open_draft(self, exam: ExamId, by: Reader, start: str | None) -> Draft:
        self._known(exam)
        return Draft(PARENT, self.sequence, start or "empty", self.now)

    def grid(self, exam: ExamId) -> Any:
        self._known(exam)
        return SimpleNamespace(shape=SHAPE)

    def append(self, exam: ExamId, by: Reader, parent: str, sequence: int, change: Change) -> int:
        self._known(exam)
        self._head(parent, sequence)
        if not change.is_empty:
            draw(self.now, change)
            self.sequence += 1
        return self.sequence

    def tool(
        self,
        exam: ExamId,
        by: Reader,
        name: str,
        params: Mapping[str, object],
        parent: str,
        sequence: int,
    ) -> tuple[Change, int]:
        self._known(exam)
        if name not in ("grow", "near"):
            raise unknown()
        self.calls.append((name, params))
        filled = self.now.copy(order="F")
        filled[0] = True
        change = between(self.now, filled)
        return change, self.append(exam, by, parent, sequence, change)

    def discard(self, exam: ExamId, by: Reader, parent: str, sequence: int) -> None:
        self._known(exam)
        self._head(parent, sequence)
        self.calls.append(("discard", by.name))

    def delta(self, exam: ExamId, by: Reader) -> object:
        self._known(exam)
        return {"voxels_added": int(self.now.sum()), "hd95_mm": float("nan")}

    def surface(self, exam: ExamId, by: Reader) -> SurfaceMap:
        self._known(exam)
        return SurfaceMap(np.array([[1, 0, 2]]), np.array([-1.5], np.float32))

    def sign(
        self, exam: ExamId, by: Reader, parent: str, sequence: int, comment: str, seconds: float
    ) -> object:
        self._known(exam)
        self._head(parent, sequence)
        self.calls.append(("sign", by.name, comment, seconds))
        return {"number": 1, "comment": comment}

    def accept(self, exam: ExamId, number: int, by: Reader) -> object:
        self._judge(by)
        self._known(exam)
        if number != 1:
            raise unknown()
        self.calls.append(("accept", number, by.name))
        return {"number": number}

    def send_back(self, exam: ExamId, reader: str, by: Reader, comment: str) -> None:
        self._judge(by)
        self._known(exam)
        self.calls.append(("send_back", reader, by.name, comment))

    def assign(self, exam: ExamId, reader: str, by: Reader) -> None:
        self._judge(by)
        self._known(exam)
        self.calls.append(("assign", reader, by.name))

    def readings(self, by: Reader) -> list[object]:
        self._judge(by)
        return []


class Client:
    """Asks an application; an exception that it does not answer itself fails the test."""

    def __init__(self, room: Any, access: Access, *, base: str = f"http://{HOST}") -> None:
        self.app = make_app(room, access, PAGES)
        self._base = base
        self._cookies = httpx.Cookies()

    def ask(self, method: str, path: str | httpx.URL, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **options))

    async def _ask(self, method: str, path: str | httpx.URL, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url=self._base, cookies=self._cookies
        ) as client:
            answer = await client.request(method, path, **options)
            self._cookies = client.cookies
            return answer

    def get(self, path: str | httpx.URL, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, record: Any = None, **options: Any) -> httpx.Response:
        """Post as our own pages do: a record, or `content`."""
        headers = {**OWN, **options.pop("headers", {})}
        if "content" not in options:
            options["content"] = msgspec.json.encode({} if record is None else record)
        return self.ask("POST", path, headers=headers, **options)


def local(name: str = "me", room: Any = None) -> Client:
    """A client of a server on this computer."""
    access = Access(frozenset({"localhost", "127.0.0.1", "::1"}), local=name)
    return Client(room or FakeRoom(), access)
