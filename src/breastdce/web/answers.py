"""Answers: JSON, and errors as code, message, evidence and remedy; never a traceback or a path."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from breastdce.core.codes import Code, ErrorCode
from breastdce.core.errors import BreastDceError, CallError, InputError, StoreError

CSP: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""On every answer that does not say otherwise itself."""
RAW: Final = "application/octet-stream"
"""Type of volumes, masks and changes."""
_STATUS: Final[Mapping[Code, HTTPStatus]] = {
    ErrorCode.LOGIN_NEEDED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.REQUEST_REFUSED: HTTPStatus.FORBIDDEN,
    ErrorCode.ROLE_MISSING: HTTPStatus.FORBIDDEN,
    ErrorCode.UNKNOWN_ENTRY: HTTPStatus.NOT_FOUND,
    ErrorCode.STALE: HTTPStatus.CONFLICT,
    ErrorCode.REVIEW_STATE: HTTPStatus.CONFLICT,
    ErrorCode.REQUEST_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.REQUEST_INVALID: HTTPStatus.BAD_REQUEST,
}


class Head(msgspec.Struct, frozen=True):
    """Where a draft is now, for whoever came too late."""

    parent: object
    sequence: object


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What every answer but a good one holds."""

    code: str
    message: str
    evidence: dict[str, object]
    remedy: str
    head: Head | None = None


_UNREAD: Final = frozenset(
    {
        ErrorCode.LOGIN_NEEDED,
        ErrorCode.REQUEST_INVALID,
        ErrorCode.REQUEST_REFUSED,
        ErrorCode.REQUEST_TOO_LARGE,
    }
)
"""What is answered before the whole of a body was read."""


def json_answer(value: object, status: int = 200) -> Response:
    """A record as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def done() -> Response:
    """Nothing more to say."""
    return Response(status_code=204)


def error_answer(error: BreastDceError) -> Response:
    """Say what is wrong; what only the terminal may show (paths, internals) is left out."""
    body = ErrorBody(error.code, error.message, _evidence(error), error.remedy, _head(error))
    answer = json_answer(body, _status(error))
    if error.code in _UNREAD:
        answer.headers["Connection"] = "close"  # else the rest of the body is waited for
    return answer


def refused(request: Request, error: Exception) -> Response:
    """Answer an error that was raised on purpose."""
    if not isinstance(error, BreastDceError):
        raise TypeError from error
    return error_answer(error)


def not_served(request: Request, error: Exception) -> Response:
    """Answer what the routes do not have: another path, another method."""
    if not isinstance(error, HTTPException):
        raise TypeError from error
    code = ErrorCode.UNKNOWN_ENTRY if error.status_code == 404 else ErrorCode.REQUEST_INVALID
    body = ErrorBody(code, "There is no such page or call", {}, code.remedy)
    answer = json_answer(body, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def failed(request: Request, error: Exception) -> Response:
    """Answer an error that nobody foresaw; its traceback goes to the terminal alone."""
    code = ErrorCode.SERVER_FAILED
    answer = json_answer(ErrorBody(code, code.meaning, {}, code.remedy), 500)
    answer.headers.update(HEADERS)  # this one does not pass the guard
    return answer


def _status(error: BreastDceError) -> int:
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, InputError | CallError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, StoreError) else 500


def _evidence(error: BreastDceError) -> dict[str, object]:
    """Numbers and words; nothing that could be the name of a file here."""
    if not isinstance(error, InputError | CallError):
        return {}
    plain = msgspec.to_builtins(error.evidence, enc_hook=str)
    return {key: value for key, value in plain.items() if not _may_be_path(value)}


def _may_be_path(value: object) -> bool:
    text = str(value)
    return "/" in text or "\\" in text


def _head(error: BreastDceError) -> Head | None:
    if error.code is not ErrorCode.STALE:
        return None
    return Head(error.evidence.get("parent"), error.evidence.get("sequence"))
