"""Calls that read: the worklist, an exam, its volumes, masks and curves."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breastdce.core.exam import ExamId
from breastdce.review.revision import Reader
from breastdce.run.review.room import ReviewRoom
from breastdce.web.answers import RAW, json_answer
from breastdce.web.asked import Asked, exam_of, query_of, reader_of
from breastdce.web.packed import Packed, PackedVolumes, packed

_LITTLE: Final = np.dtype("<i2")
Index = Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class _Voxel(Asked, frozen=True):
    i: Index
    j: Index
    k: Index


class CaseCalls:
    """Calls about what is there; none changes anything."""

    def __init__(self, room: ReviewRoom) -> None:
        self._room = room
        self._volumes = PackedVolumes()

    def routes(self) -> list[Route]:
        """One for each call."""
        return [
            Route("/api/cases", self.cases),
            Route("/api/cases/{exam}", self.case),
            Route("/api/cases/{exam}/volumes/{name}", self.volume),
            Route("/api/cases/{exam}/masks/{name}", self.mask),
            Route("/api/cases/{exam}/curve", self.curve),
        ]

    async def cases(self, request: Request) -> Response:
        """The worklist of who asks."""
        reader = await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._room.cases, reader))

    async def case(self, request: Request) -> Response:
        """What there is of one exam."""
        exam, reader = exam_of(request), await reader_of(request, self._room)
        return json_answer(await run_in_threadpool(self._room.case, exam, reader))

    async def volume(self, request: Request) -> Response:
        """An image: int16, little-endian, to be scaled by X-Slope and X-Intercept."""
        exam, name = exam_of(request), request.path_params["name"]
        return _raw(await run_in_threadpool(self._volume, exam, name))

    async def mask(self, request: Request) -> Response:
        """A mask: uint8, 0 and 1."""
        exam, name = exam_of(request), request.path_params["name"]
        reader = await reader_of(request, self._room)
        return _raw(await run_in_threadpool(self._mask, exam, name, reader))

    async def curve(self, request: Request) -> Response:
        """The signal of a voxel over time."""
        exam, at = exam_of(request), query_of(request, _Voxel)
        voxel = (at.i, at.j, at.k)
        return json_answer(await run_in_threadpool(self._room.curve, exam, voxel))

    def _volume(self, exam: ExamId, name: str) -> Packed:
        def make() -> Packed:
            values, slope, intercept = self._room.volume(exam, name)
            little = values.astype(_LITTLE, copy=False)
            return packed(little, x_slope=repr(slope), x_intercept=repr(intercept))

        return self._volumes.get((exam, name, self._room.made(exam)), make)

    def _mask(self, exam: ExamId, name: str, reader: Reader) -> Packed:
        return packed(self._room.mask(exam, name, reader).astype(np.uint8))


def _raw(found: Packed) -> Response:
    return Response(found.payload, headers=found.headers, media_type=RAW)
