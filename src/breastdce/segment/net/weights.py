"""Weights by name, each once: some networks hold a layer under several names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

Arrays = dict[str, NDArray[Any]]


def weights_of(network: nn.Module) -> Arrays:
    """Copies of the weights of a network under the first name of each."""
    return {
        name: tensor.detach().cpu().numpy().copy() for name, tensor in _distinct(network).items()
    }


def distinct_weights(network: nn.Module, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """Weights that are known under any of a network's names, under the first name of each.

    Raises
    ------
    InputError
        WEIGHTS_FOREIGN when names or shapes are not the network's, or two names of one layer have
        different weights.
    """
    own = _distinct(network)
    firsts = {id(tensor): name for name, tensor in own.items()}
    # Parameters keep their identity here, which `state_dict` would replace by views.
    first = {
        name: firsts[id(tensor)] for name, tensor in _named(network, twice=True) if name in arrays
    }
    _check_names(set(own), set(arrays), first)
    for name, array in arrays.items():
        expected, found = tuple(own[first[name]].shape), array.shape
        if found != expected:
            raise _foreign(f"{name} has the shape {found}, not {expected}")
        if first[name] != name and not np.array_equal(array, arrays[first[name]]):
            raise _foreign(f"{name} and {first[name]} are one layer and have different weights")
    return {name: arrays[name] for name in own}


def fill_network(network: nn.Module, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Put weights into a network; each may be there under one of its names or under all.

    Raises
    ------
    InputError
        WEIGHTS_FOREIGN as for `distinct_weights`.
    """
    given = distinct_weights(network, arrays)
    with torch.no_grad():
        for name, tensor in _distinct(network).items():
            tensor.copy_(torch.from_numpy(np.array(given[name])))


def _check_names(own: set[str], given: set[str], first: Mapping[str, str]) -> None:
    missing, foreign = sorted(own - given), sorted(given - set(first))
    if missing or foreign:
        seen = "; ".join(
            f"{len(names)} {what}, such as {names[0]}"
            for what, names in (("missing", missing), ("unknown", foreign))
            if names
        )
        raise _foreign(seen)


def _distinct(network: nn.Module) -> dict[str, Tensor]:
    return dict(_named(network, twice=False))


def _named(network: nn.Module, *, twice: bool) -> list[tuple[str, Tensor]]:
    kept = network.state_dict().keys()
    parameters = network.named_parameters(remove_duplicate=not twice)
    buffers = network.named_buffers(remove_duplicate=not twice)
    return [*parameters, *((name, buffer) for name, buffer in buffers if name in kept)]


def _foreign(why: str) -> InputError:
    return InputError(ErrorCode.WEIGHTS_FOREIGN, evidence={"why": why})
