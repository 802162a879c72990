"""The moving mean of a network's weights, which is what is validated and kept."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn


class MeanWeights:
    """A second network that follows the first.

    Parameters
    ----------
    network
        The one in training.
    decay
        Share of the mean that each step keeps. In the first steps it is (1 + step) / (10 + step)
        where that is less, so that the fresh weights are soon forgotten (TensorFlow,
        `ExponentialMovingAverage`, `num_updates`).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = deepcopy(network).eval().requires_grad_(requires_grad=False)
        self._decay = decay

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """Take in the weights after step `step`, counted from 1; buffers are copied."""
        decay = min(self._decay, (1 + step) / (10 + step))
        means, weights = tuple(self.network.parameters()), tuple(network.parameters())
        torch._foreach_lerp_(means, weights, 1 - decay)
        for mean, buffer in zip(self.network.buffers(), network.buffers(), strict=True):
            mean.copy_(buffer)
