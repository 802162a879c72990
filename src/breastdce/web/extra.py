"""The packages that a server needs; this file loads none of them."""

from __future__ import annotations

from breastdce.run.extras import require_extra

_PACKAGES = ("starlette", "uvicorn")


def require_web_extra() -> None:
    """Raise EngineError(ENGINE_MISSING) unless a server can be started here."""
    require_extra("web", _PACKAGES, "Revision in the browser needs packages that are not installed")
