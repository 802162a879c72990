"""What a request asks for: who, which exam, a bounded body. Nothing in it is trusted."""

from __future__ import annotations

import re
from typing import TypeVar

import anyio
import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.review.revision import Reader
from breastdce.run.review.room import ReviewRoom

MOST_JSON_BYTES = 64 << 10
"""Largest record that is taken: a comment of 4,000 characters fits many times."""
PATIENCE_S = 60.0
"""How long a body may take to arrive."""
T = TypeVar("T")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what a request may hold: these fields, and no other."""


async def reader_of(request: Request, room: ReviewRoom) -> Reader:
    """Who asks, by the name that the guard has found, with the role of now."""
    return await run_in_threadpool(room.reader, request.state.name)


def exam_of(request: Request) -> ExamId:
    """The exam in the path; UNKNOWN_ENTRY unless it is written like one."""
    try:
        return ExamId.parse(request.path_params["exam"])
    except InputError as error:
        raise unknown("exam") from error


def unknown(what: str) -> InputError:
    """Make the error of a name that is none here; the name itself is not repeated."""
    return InputError(
        ErrorCode.UNKNOWN_ENTRY,
        f"There is no such {what} here",
        remedy="Choose one from the worklist.",
    )


async def body_of(request: Request, most: int) -> bytes:
    """Read the body, and stop as soon as it is longer than `most` bytes.

    Raises
    ------
    InputError
        REQUEST_TOO_LARGE; REQUEST_INVALID when it is compressed (it would be unpacked without a
        bound), takes too long, or breaks off.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _invalid("the body is compressed")
    if (stated := request.headers.get("content-length")) is not None:
        _check_size(_number(stated), most)
    parts, size = [], 0
    try:
        with anyio.fail_after(PATIENCE_S):
            async for part in request.stream():
                size += len(part)
                _check_size(size, most)
                parts.append(part)
    except TimeoutError as error:
        raise _invalid(f"the body took longer than {PATIENCE_S:.0f} s") from error
    except ClientDisconnect as error:
        raise _invalid("the body broke off") from error
    return b"".join(parts)


async def record_of(request: Request, kind: type[T]) -> T:
    """Read the body as JSON of a record; REQUEST_INVALID when it is none, or has other fields."""
    payload = await body_of(request, MOST_JSON_BYTES)
    return read_record(payload, kind)


def read_record(payload: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Read JSON strictly; REQUEST_INVALID when it is not a record of this kind."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _invalid(_why(error)) from error


def query_of(request: Request, kind: type[T]) -> T:
    """Read what follows the question mark; REQUEST_INVALID for other names, or one twice."""
    pairs = request.query_params.multi_items()
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _invalid("a name stands twice in the address")
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.MsgspecError as error:
        raise _invalid(_why(error)) from error


def _number(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,18}", text) is None:
        raise _invalid("the length is no number")
    return int(text)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise InputError(ErrorCode.REQUEST_TOO_LARGE, evidence={"most_bytes": most})


def _why(error: Exception) -> str:
    return (
        str(error)
        if isinstance(error, msgspec.MsgspecError)
        else "not JSON in UTF-8, or nested too deep"
    )


def _invalid(why: str) -> InputError:
    return InputError(ErrorCode.REQUEST_INVALID, evidence={"why": why})
