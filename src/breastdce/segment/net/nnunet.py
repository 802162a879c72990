"""A checkpoint of nnU-Net v2: a pickle, of which only numbers and plain values are let through.

For a process of its own: which types may be unpickled is a setting of the whole process.
"""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

_LOGGED = ("float64", "float32", "float16", "int64", "int32", "bool")
_OLD_HOME = "numpy.core.multiarray.scalar"
_PREFIXES = ("module.", "_orig_mod.")  # of DistributedDataParallel and torch.compile


class Checkpoint(NamedTuple):
    """What of a checkpoint is wanted."""

    weights: dict[str, NDArray[Any]]
    """Tensors that share their memory are here once, under the first of their names."""
    configuration: str
    trainer: str
    mirrored: tuple[int, ...]
    """Axes along which training mirrored."""


def read_checkpoint(path: Path) -> Checkpoint:
    """Read weights and settings, running nothing that the file brings along.

    Raises
    ------
    InputError
        CHECKPOINT_REFUSED.
    """
    torch.serialization.add_safe_globals(_numpy_scalars())
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        weights = found["network_weights"]
        return Checkpoint(
            weights=_arrays(weights),
            configuration=str(found["init_args"]["configuration"]),
            trainer=str(found["trainer_name"]),
            mirrored=tuple(int(n) for n in found.get("inference_allowed_mirroring_axes") or ()),
        )
    except UnpicklingError as error:
        raise _refused(path, _asked_for(str(error))) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refused(path, f"not in nnU-Net's form: {error!r}") from error
    except (OSError, EOFError, RuntimeError) as error:
        raise _refused(path, str(error).partition(".")[0] or "it is empty") from error


def _numpy_scalars() -> list[Any]:
    """What numbers in nnU-Net's log are made of: a function of NumPy and types, no code of theirs.

    NumPy 1 wrote the function under another name.
    """
    scalar = np.float64(0).__reduce__()[0]
    types = [type(np.dtype(name)) for name in _LOGGED]
    return [scalar, (scalar, _OLD_HOME), np.dtype, *types]


def _arrays(weights: dict[str, Tensor]) -> dict[str, NDArray[Any]]:
    seen, arrays = set(), {}
    for key, tensor in weights.items():
        place = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride())
        if tensor.numel() and place in seen:
            continue
        seen.add(place)
        name = str(key)
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        arrays[name] = tensor.detach().numpy().copy()
    return arrays


def _asked_for(message: str) -> str:
    """The part of torch's words that names what was not let through."""
    lines = [line.strip() for line in message.splitlines() if "GLOBAL" in line.upper()]
    return lines[0] if lines else "it is not a checkpoint of torch"


def _refused(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.CHECKPOINT_REFUSED, evidence={"file": str(path), "why": why})
