"""Which arithmetic a device is good at."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["fp32", "bf16"]
_SUPPORT = ("avx512_bf16", "amx_bf16")


def precision_of(wish: Literal["fp32", "bf16", "auto"], device: torch.device) -> Precision:
    """Decide `auto`: bf16 where the device computes it faster than float32.

    A CPU without AVX512-BF16 or AMX emulates bf16, at a loss.
    """
    if wish != "auto":
        return wish
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return "bf16" if any(able.get(name, False) for name in _SUPPORT) else "fp32"
