"""The packages that networks need."""

from __future__ import annotations

from breastdce.run.extras import require_extra

_PACKAGES = ("torch", "lightning_fabric", "dynamic_network_architectures", "safetensors")


def require_segment_extra() -> None:
    """Raise EngineError(ENGINE_MISSING) unless networks can be made and used here."""
    require_extra("segment", _PACKAGES, "Networks need packages that are not installed")
