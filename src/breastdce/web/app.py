"""The application: calls, pages, and the guard before them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from breastdce.core.errors import BreastDceError
from breastdce.run.review.room import ReviewRoom
from breastdce.web.access import Access
from breastdce.web.answers import failed, not_served, refused
from breastdce.web.api_cases import CaseCalls
from breastdce.web.api_drafts import DraftCalls
from breastdce.web.api_readers import ReaderCalls
from breastdce.web.guard import Guard
from breastdce.web.pages import Pages, StaticFile, packaged_files


def make_app(
    room: ReviewRoom, access: Access, files: Mapping[str, StaticFile] | None = None
) -> Starlette:
    """Make what serves a room to those who may come in.

    Parameters
    ----------
    room
        Where revisions are.
    access
        Who may come in.
    files
        Pages by name; None for those of the package.
    """
    app = Starlette(
        routes=[
            *Pages(packaged_files() if files is None else files).routes(),
            *CaseCalls(room).routes(),
            *DraftCalls(room).routes(),
            *ReaderCalls(room, access).routes(),
        ],
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={
            BreastDceError: refused,
            HTTPException: not_served,
            Exception: failed,
        },
    )
    app.router.redirect_slashes = False  # it would send to whatever the Host header says
    return app
