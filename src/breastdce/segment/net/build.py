"""From the parameters of a network to the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import nn

from breastdce.segment.net.resunet import DIVISOR, ResUNet
from breastdce.segment.preset import NetworkParams, PlainParams, ResEncParams, ResUNetParams

CLASSES = 2
"""Background and tumor."""


def build_network(params: NetworkParams, inputs: int = 3) -> nn.Module:
    """Make a network with fresh weights, drawn from torch's global generator.

    Parameters
    ----------
    params
        Which network, and how wide and deep.
    inputs
        Phases.

    Returns
    -------
    torch.nn.Module
        float32 (batch, inputs, i, j, k) to logits (batch, 2, i, j, k); with deep supervision, and
        while `network.decoder.deep_supervision` is set, to a list of them from fine to coarse.
    """
    if isinstance(params, ResUNetParams):
        return ResUNet(params, inputs, CLASSES)
    return _residual(params, inputs) if isinstance(params, ResEncParams) else _plain(params, inputs)


def empty_network(params: NetworkParams, inputs: int = 3) -> nn.Module:
    """A network without weights, for names, shapes and counts: no memory is taken."""
    with torch.device("meta"):
        return build_network(params, inputs)


def divisor(params: NetworkParams) -> tuple[int, int, int]:
    """What each axis of the input must be a multiple of, in voxels."""
    if isinstance(params, ResUNetParams):
        return (DIVISOR * params.coarse,) * 3
    i, j, k = (1, 1, 1)
    for stride in _strides(params) if isinstance(params, ResEncParams) else params.strides:
        i, j, k = i * stride[0], j * stride[1], k * stride[2]
    return i, j, k


def parameter_count(network: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(parameter.numel() for parameter in network.parameters())


_COMMON = {
    "conv_op": nn.Conv3d,
    "conv_bias": True,
    "norm_op": nn.InstanceNorm3d,
    "norm_op_kwargs": {"eps": 1e-5, "affine": True},
    "nonlin": nn.LeakyReLU,
    "nonlin_kwargs": {"inplace": True},
}
"""nnU-Net's choices (`default_experiment_planner.py`)."""


def _residual(params: ResEncParams, inputs: int) -> nn.Module:
    from dynamic_network_architectures.architectures.unet import ResidualEncoderUNet

    stages = len(params.features)
    network = ResidualEncoderUNet(
        input_channels=inputs,
        n_stages=stages,
        features_per_stage=params.features,
        kernel_sizes=params.kernels or [(3, 3, 3)] * stages,
        strides=_strides(params),
        n_blocks_per_stage=params.blocks,
        num_classes=CLASSES,
        n_conv_per_stage_decoder=[params.decoder_convs] * (stages - 1),
        deep_supervision=params.deep_supervision,
        **_COMMON,
    )
    return cast(nn.Module, network)


def _strides(params: ResEncParams) -> Sequence[tuple[int, int, int]]:
    return params.strides or [(1, 1, 1), *[(2, 2, 2)] * (len(params.features) - 1)]


def _plain(params: PlainParams, inputs: int) -> nn.Module:
    from dynamic_network_architectures.architectures.unet import PlainConvUNet

    network = PlainConvUNet(
        input_channels=inputs,
        n_stages=len(params.features),
        features_per_stage=params.features,
        kernel_sizes=params.kernels,
        strides=params.strides,
        n_conv_per_stage=params.encoder_convs,
        num_classes=CLASSES,
        n_conv_per_stage_decoder=params.decoder_convs,
        deep_supervision=params.deep_supervision,
        **_COMMON,
    )
    return cast(nn.Module, network)
