"""What there is to compute on."""

from __future__ import annotations

import platform

import torch

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError


def has_gpu() -> bool:
    """Whether there is a GPU that torch can use."""
    return torch.cuda.is_available()


def check_gpus(count: int) -> None:
    """Raise CallError(CALL_INVALID) where torch can use fewer GPUs."""
    found = torch.cuda.device_count()
    if count > found:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "There are fewer GPUs that torch can use than were asked for",
            evidence={"asked": count, "found": found, "torch": torch.__version__},
            remedy="Leave out --accelerator and --devices to compute on what there is; for a GPU, "
            "install a build of torch that has its driver.",
        )


def free_gpu_gb() -> float:
    """Free memory of the first GPU, in GB."""
    free, _ = torch.cuda.mem_get_info(0)
    return free / 1e9


def device_name(*, gpu: bool) -> str:
    """Name of the GPU, or of the processor's kind and its instruction set."""
    if gpu:
        return torch.cuda.get_device_name(0)
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
