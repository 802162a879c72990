"""Trained networks in the form that is fastest on the device there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray

from breastdce.segment.net.build import build_network, divisor
from breastdce.segment.net.fast import FastResUNet
from breastdce.segment.net.precision import precision_of
from breastdce.segment.net.predict import Form, LayerByLayer
from breastdce.segment.net.resunet import ResUNet
from breastdce.segment.net.weights import fill_network
from breastdce.segment.preset import NetworkParams


def ready_form(
    params: NetworkParams, inputs: int, arrays: Mapping[str, NDArray[Any]], *, threads: int
) -> Form:
    """Make a network of its weights, for use.

    Parameters
    ----------
    params, inputs
        The network and its phases.
    arrays
        Weights by name.
    threads
        Of a CPU.

    Raises
    ------
    InputError
        WEIGHTS_FOREIGN when the weights are not of such a network.
    """
    network = build_network(params, inputs)
    fill_network(network, arrays)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if isinstance(network, ResUNet) and device.type == "cpu":
        return FastResUNet(network.eval(), threads)
    if device.type == "cpu":
        torch.set_num_threads(threads)
    bf16 = precision_of("auto", device) == "bf16"
    return LayerByLayer(network, divisor(params), device, bf16=bf16)
