"""What there is to compute on."""

from __future__ import annotations

import platform

import torch


def has_gpu() -> bool:
    """Whether there is a GPU that torch can use."""
    return torch.cuda.is_available()


def free_gpu_gb() -> float:
    """Free memory of the first GPU, in GB."""
    free, _ = torch.cuda.mem_get_info(0)
    return free / 1e9


def device_name(*, gpu: bool) -> str:
    """Name of the GPU, or of the processor's kind and its instruction set."""
    if gpu:
        return torch.cuda.get_device_name(0)
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
