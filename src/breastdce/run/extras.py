"""Whether the packages of an extra are there; asked before any of them is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError


def require_extra(extra: str, packages: Sequence[str], message: str) -> None:
    """Raise EngineError(ENGINE_MISSING) with `message` unless all packages can be found."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise EngineError(
            ErrorCode.ENGINE_MISSING,
            message,
            evidence={"missing": ", ".join(missing)},
            remedy=f"Install the extra: pip install 'breastdce[{extra}]'.",
        )
