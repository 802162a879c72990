"""Start a job on the devices there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal, cast

import torch
from lightning_fabric import Fabric

from breastdce.core.params import Params
from breastdce.segment.net.precision import precision_of
from breastdce.segment.preset import NetworkParams, ResUNetParams

_deterministic = cast(Any, torch.utils.deterministic)  # its one setting is unknown to its types


class Compute(Params, frozen=True):
    """What a training runs on."""

    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """`auto`: the GPU, where there is one."""
    devices: int = 1
    """GPUs, or processes of a CPU; each takes a batch of its own in every step."""
    threads: int = 1
    """Of each process, on the CPU; the bits of the weights depend on it."""
    precision: Literal["fp32", "bf16", "auto"] = "auto"
    exact: bool = True
    """Whether only deterministic algorithms may run, so that resuming changes no bit; not all
    networks have them, see `is_exact`."""


def is_exact(network: NetworkParams, *, gpu: bool) -> bool:
    """Whether two trainings are equal to the bit: on a GPU, trilinear enlarging is not."""
    return not (gpu and isinstance(network, ResUNetParams))


def launch(compute: Compute, job: Callable[[Fabric], None]) -> None:
    """Run `job` in one process for each device, with the fabric that binds them.

    With more than one device, processes are started anew: `job` is pickled.
    """
    gpu = compute.accelerator == "gpu" or (
        compute.accelerator == "auto" and torch.cuda.is_available()
    )
    device = torch.device("cuda" if gpu else "cpu")
    precision = precision_of(compute.precision, device)
    if gpu and compute.exact:  # what NVIDIA's matrix products need, before they are first used
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    fabric = Fabric(
        accelerator="cuda" if gpu else "cpu",
        devices=compute.devices,
        strategy="auto" if compute.devices == 1 else "ddp_spawn",
        precision="bf16-mixed" if precision == "bf16" else "32-true",
    )
    fabric.launch(partial(_run, compute=compute, job=job))


def _run(fabric: Fabric, compute: Compute, job: Callable[[Fabric], None]) -> None:
    with _settings(compute):
        job(fabric)


@contextmanager
def _settings(compute: Compute) -> Iterator[None]:
    """Threads and determinism are settings of the whole process: put back what was."""
    threads, exact = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    filled = _deterministic.fill_uninitialized_memory
    torch.set_num_threads(compute.threads)
    torch.use_deterministic_algorithms(compute.exact)
    _deterministic.fill_uninitialized_memory = False  # nothing reads it; it costs 4 % of a step
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(exact)
        _deterministic.fill_uninitialized_memory = filled
