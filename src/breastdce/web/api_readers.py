"""Calls about readers: sign in and out; accept, send back, assign, compare for those who judge.

Who may judge, the room decides.
"""

from __future__ import annotations

from threading import Lock
from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.review.revision import Comment, Name, Reader, Role
from breastdce.run.review.agreement import RoomAgreement
from breastdce.run.review.agreement_view import AgreementTable, agreement_table
from breastdce.run.review.room import ReviewRoom
from breastdce.web.access import Access
from breastdce.web.answers import done, json_answer
from breastdce.web.asked import Asked, exam_of, reader_of, record_of, unknown
from breastdce.web.sessions import HOURS

Token = Annotated[str, msgspec.Meta(max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class _Me(msgspec.Struct, frozen=True):
    name: str
    role: Role
    session: bool
    """Whether there is something to sign out of."""


class _SigningIn(Asked, frozen=True):
    token: Token


class _Accepting(Asked, frozen=True):
    number: Number


class _SendingBack(Asked, frozen=True):
    reader: Name
    comment: Comment


class _Assigning(Asked, frozen=True):
    reader: Name


class ReaderCalls:
    """Calls that say who somebody is, or that only some may make."""

    def __init__(self, room: ReviewRoom, access: Access) -> None:
        self._room, self._access = room, access
        self._agreement = RoomAgreement(room)
        self._comparing = Lock()

    def routes(self) -> list[Route]:
        """One for each call."""
        at = "/api/cases/{exam}"
        return [
            Route("/api/me", self.me),
            Route("/api/login", self.sign_in, methods=["POST"]),
            Route("/api/logout", self.sign_out, methods=["POST"]),
            Route(f"{at}/accept", self.accept, methods=["POST"]),
            Route(f"{at}/send-back", self.send_back, methods=["POST"]),
            Route(f"{at}/assign", self.assign, methods=["POST"]),
            Route("/api/agreement", self.agreement),
        ]

    async def me(self, request: Request) -> Response:
        """Who asks."""
        reader = await reader_of(request, self._room)
        return json_answer(_Me(reader.name, reader.role, self._access.sessions is not None))

    async def sign_in(self, request: Request) -> Response:
        """Give a session for a token."""
        if self._access.sessions is None:
            raise unknown("call")
        asked = await record_of(request, _SigningIn)
        secret = self._access.sessions.sign_in(asked.token)
        if secret is None:
            raise InputError(ErrorCode.LOGIN_NEEDED, "This is nobody's token")
        answer = done()
        answer.set_cookie(
            self._access.cookie,
            secret,
            max_age=HOURS * 3600,
            secure=self._access.tls,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        cookie = self._access.cookie
        if self._access.sessions is not None:
            self._access.sessions.sign_out(request.cookies.get(cookie, ""))
        answer = done()
        answer.delete_cookie(cookie, secure=self._access.tls, httponly=True, samesite="strict")
        return answer

    async def accept(self, request: Request) -> Response:
        """Make a revision the expert mask of the exam."""
        exam, asked = exam_of(request), await record_of(request, _Accepting)
        judge = await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._room.accept, exam, asked.number, judge))

    async def send_back(self, request: Request) -> Response:
        """Ask a reader to look again."""
        exam, asked = exam_of(request), await record_of(request, _SendingBack)
        judge = await reader_of(request, self._room)
        await run_in_threadpool(self._room.send_back, exam, asked.reader, judge, asked.comment)
        return done()

    async def assign(self, request: Request) -> Response:
        """Give an exam to a reader."""
        exam, asked = exam_of(request), await record_of(request, _Assigning)
        judge = await reader_of(request, self._room)
        await run_in_threadpool(self._room.assign, exam, asked.reader, judge)
        return done()

    async def agreement(self, request: Request) -> Response:
        """How well readers agree."""
        judge = await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._compare, judge))

    def _compare(self, judge: Reader) -> AgreementTable:
        with self._comparing:  # the second who asks finds what was made for the first
            return agreement_table(self._agreement.find(judge))
