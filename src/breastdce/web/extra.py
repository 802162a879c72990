"""Whether the packages are there that a server needs; asked before any of them is loaded."""

from __future__ import annotations

from importlib.util import find_spec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError

_PACKAGES = ("starlette", "uvicorn")


def require_web_extra() -> None:
    """Raise EngineError(ENGINE_MISSING) unless a server can be started here."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise EngineError(
            ErrorCode.ENGINE_MISSING,
            "Revision in the browser needs packages that are not installed",
            evidence={"missing": ", ".join(missing)},
            remedy="Install the extra: pip install 'breastdce[web]'.",
        )
