"""Pages and what they load, from the package: a list that is closed when the server starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breastdce.core.digest import digest_bytes
from breastdce.web.asked import exam_of, unknown

_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}


class StaticFile(NamedTuple):
    """A file of the package."""

    content: bytes
    kind: str
    tag: str
    """Names the content, so that a browser need not load it twice."""


def static_file(name: str, content: bytes) -> StaticFile:
    """Describe a file by the end of its name; KeyError for one that is no part of a page."""
    return StaticFile(content, _TYPES[PurePosixPath(name).suffix], f'"{digest_bytes(content)}"')


def packaged_files() -> dict[str, StaticFile]:
    """Every file below `web/static`, by its path there."""
    root = resources.files("breastdce.web") / "static"
    return dict(_below(root, PurePosixPath()))


def _below(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[str, StaticFile]]:
    for entry in folder.iterdir():
        name = at / entry.name
        if entry.is_dir():
            yield from _below(entry, name)
        elif name.suffix in _TYPES:
            yield str(name), static_file(name.name, entry.read_bytes())


class Pages:
    """The pages, the same for everybody: what they show comes by calls.

    Parameters
    ----------
    files
        By name; asked for with `/static/<name>`. Nothing is looked for anywhere else.
    """

    def __init__(self, files: Mapping[str, StaticFile]) -> None:
        self._files = files

    def routes(self) -> list[Route]:
        """One for each page, and one for what they load."""
        return [
            Route("/", self.worklist),
            Route("/login", self.login),
            Route("/readers", self.readers),
            Route("/case/{exam}", self.case),
            Route("/static/{file:path}", self.static),
        ]

    async def worklist(self, request: Request) -> Response:
        """All exams."""
        return self._serve(request, "index.html")

    async def login(self, request: Request) -> Response:
        """Where the token is asked for."""
        return self._serve(request, "login.html")

    async def readers(self, request: Request) -> Response:
        """How well readers agree."""
        return self._serve(request, "readers.html")

    async def case(self, request: Request) -> Response:
        """The editor."""
        exam_of(request)
        return self._serve(request, "case.html")

    async def static(self, request: Request) -> Response:
        """Scripts, styles, pictures."""
        return self._serve(request, request.path_params["file"])

    def _serve(self, request: Request, name: str) -> Response:
        found = self._files.get(name)
        if found is None:
            raise unknown("page")
        # Asked for again each time, so that no page of another version stays in a browser.
        headers = {"cache-control": "no-cache", "etag": found.tag}
        if request.headers.get("if-none-match") == found.tag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, headers=headers, media_type=found.kind)
