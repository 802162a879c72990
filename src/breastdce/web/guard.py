"""What every request has to pass, before any route: whom it is for, where it is from, who asks."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.web.access import Access
from breastdce.web.answers import HEADERS, error_answer

OPEN: Final = frozenset({"/login", "/api/login", "/static/login.js", "/static/style.css"})
"""What is served before anybody has signed in: the page that asks for the token. Nothing else."""
_READING: Final = frozenset({"GET", "HEAD"})
_MARK: Final = "x-breastdce"


class Guard:
    """Middleware: refuses, or passes a request on with `request.state.name`.

    Refused are a Host that is not ours (DNS rebinding), a call that another site's page makes,
    anything but reading without our own page's Origin and mark (CSRF), and strangers.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; websockets there are none."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(Request(scope))
        await (answer or self._app)(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        why = _foreign(self._access, request.method, request.headers)
        if why is not None:
            evidence = {"why": why}
            return error_answer(InputError(ErrorCode.REQUEST_REFUSED, evidence=evidence))
        name = self._access.name(request.cookies.get(self._access.cookie))
        path = request.scope["path"]
        if name is not None:
            request.state.name = name
            return None
        if path in OPEN:
            return None
        if request.method in _READING and not path.startswith(("/api/", "/static/")):
            return RedirectResponse("/login", 303)
        return error_answer(InputError(ErrorCode.LOGIN_NEEDED))


def _foreign(access: Access, method: str, headers: Headers) -> str | None:
    """Why a request is not one of our own pages', or None."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not access.answers_to(hosts[0]):
        return "the server is not known under this name"
    # A link from elsewhere may open a page; it may not load anything into one.
    opens = method in _READING and headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not opens:
        return "it is made by the page of another site"
    if method in _READING:
        return None
    if headers.get("origin") != f"{access.scheme}://{hosts[0]}":
        return "its origin is not this server"
    return None if headers.get(_MARK) == "1" else "it lacks the header X-Breastdce"
