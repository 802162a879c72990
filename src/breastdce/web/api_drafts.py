"""Calls that edit: open a draft, change it by strokes or tools, see what changed, sign."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breastdce.core.exam import ExamId
from breastdce.review.changes import MOST_BYTES, between, read_change
from breastdce.review.revision import Comment, Digest, Reader, Seconds
from breastdce.run.review.room import ReviewRoom
from breastdce.web.answers import RAW, done, json_answer
from breastdce.web.asked import Asked, body_of, exam_of, query_of, reader_of, record_of

Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""Whole numbers up to this are exact in a browser."""
MaskLabel = Annotated[str, msgspec.Meta(max_length=40)]


class _Opening(Asked, frozen=True):
    start: MaskLabel | None = None


class _Opened(msgspec.Struct, frozen=True):
    parent: str
    sequence: int
    start: str
    mask: bytes


class _At(Asked, frozen=True):
    parent: Digest
    sequence: Sequence


class _ToolCall(Asked, frozen=True):
    params: dict[str, object]
    parent: Digest
    sequence: Sequence


class _Signing(Asked, frozen=True):
    parent: Digest
    sequence: Sequence
    comment: Comment
    seconds: Seconds


class _Advanced(msgspec.Struct, frozen=True):
    sequence: int


class DraftCalls:
    """Calls about the draft of who asks; nobody reaches another's."""

    def __init__(self, room: ReviewRoom) -> None:
        self._room = room

    def routes(self) -> list[Route]:
        """One for each call."""
        at = "/api/cases/{exam}"
        return [
            Route(f"{at}/draft", self.open, methods=["POST"]),
            Route(f"{at}/changes", self.change, methods=["POST"]),
            Route(f"{at}/tools/{{name}}", self.tool, methods=["POST"]),
            Route(f"{at}/delta", self.delta),
            Route(f"{at}/surface", self.surface),
            Route(f"{at}/sign", self.sign, methods=["POST"]),
            Route(f"{at}/discard", self.discard, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """Go on with the draft, or begin one; the mask is a change of an empty one, in base64."""
        exam, asked = exam_of(request), await record_of(request, _Opening)
        reader = await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._open, exam, reader, asked.start))

    async def change(self, request: Request) -> Response:
        """Add a change to the draft."""
        exam, at = exam_of(request), query_of(request, _At)
        payload = await body_of(request, MOST_BYTES)
        reader = await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._append, exam, reader, at, payload))

    async def tool(self, request: Request) -> Response:
        """Let a tool change the draft; the answer is the change, and X-Sequence where it is."""
        exam, name = exam_of(request), request.path_params["name"]
        call = await record_of(request, _ToolCall)
        reader = await reader_of(request, self._room)
        change, sequence = await run_in_threadpool(
            self._room.tool, exam, reader, name, call.params, call.parent, call.sequence
        )
        headers = {"x-sequence": str(sequence)}
        return Response(change.to_bytes(), headers=headers, media_type=RAW)

    async def delta(self, request: Request) -> Response:
        """What the draft changes of the mask that it began from."""
        exam, reader = exam_of(request), await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._room.delta, exam, reader))

    async def surface(self, request: Request) -> Response:
        """How far the draft has moved the surface: numbers of voxels, uint32, then float32 mm."""
        exam, reader = exam_of(request), await reader_of(request, self._room)
        found = await run_in_threadpool(self._surface, exam, reader)
        return Response(found, media_type=RAW)

    async def sign(self, request: Request) -> Response:
        """Make a revision of the draft."""
        exam, asked = exam_of(request), await record_of(request, _Signing)
        reader = await reader_of(request, self._room)
        words = (asked.parent, asked.sequence, asked.comment, asked.seconds)
        return json_answer(await run_in_threadpool(self._room.sign, exam, reader, *words))

    async def discard(self, request: Request) -> Response:
        """Throw the draft away."""
        exam, at = exam_of(request), await record_of(request, _At)
        reader = await reader_of(request, self._room)
        await run_in_threadpool(self._room.discard, exam, reader, at.parent, at.sequence)
        return done()

    def _open(self, exam: ExamId, reader: Reader, start: str | None) -> _Opened:
        draft = self._room.open_draft(exam, reader, start)
        change = between(np.zeros(draft.mask.shape, np.bool_, order="F"), draft.mask)
        return _Opened(draft.parent, draft.sequence, draft.start, change.to_bytes())

    def _surface(self, exam: ExamId, reader: Reader) -> bytes:
        voxels, moved_mm = self._room.surface(exam, reader)
        shape = self._room.grid(exam).shape
        numbers = np.ravel_multi_index(tuple(voxels.T), shape, order="F").astype("<u4")
        return bytes(numbers.tobytes() + moved_mm.astype("<f4").tobytes())

    def _append(self, exam: ExamId, reader: Reader, at: _At, payload: bytes) -> _Advanced:
        i, j, k = self._room.grid(exam).shape
        change = read_change(payload, i * j * k)
        return _Advanced(self._room.append(exam, reader, at.parent, at.sequence, change))
