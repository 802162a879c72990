"""Whether the packages are there that networks need; asked before any of them is loaded."""

from __future__ import annotations

from importlib.util import find_spec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError

_PACKAGES = ("torch", "lightning_fabric", "dynamic_network_architectures", "safetensors")


def require_segment_extra() -> None:
    """Raise EngineError(ENGINE_MISSING) unless networks can be made and used here."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise EngineError(
            ErrorCode.ENGINE_MISSING,
            "Networks need packages that are not installed",
            evidence={"missing": ", ".join(missing)},
            remedy="Install the extra: pip install 'breastdce[segment]'.",
        )
