"""Losses: Dice in its two forms, sums in float32 whatever the precision of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from breastdce.segment.preset import LossParams

AddUp = Callable[[Tensor], Tensor]
"""Sums a tensor over all processes, gradients included."""

_MCD_SMOOTH = 1e-7  # GaNDLF 0.0.14, losses/segmentation.py
_DICE_SMOOTH = 1e-5  # nnU-Net, nnUNetTrainer.py


def alone(sums: Tensor) -> Tensor:
    """Add up over the one process there is."""
    return sums


def loss_of(
    outputs: Tensor | Sequence[Tensor], label: Tensor, params: LossParams, add_up: AddUp = alone
) -> Tensor:
    """Loss of a batch.

    Parameters
    ----------
    outputs
        Logits, (batch, 2, i, j, k); with deep supervision a list of them from fine to coarse.
    label
        Integer or bool, (batch, i, j, k), 1 in the tumor.
    params
        Which loss.
    add_up
        For the loss that couples the samples of a batch, where a batch is spread over processes.

    Returns
    -------
    torch.Tensor
        float32 scalar. With deep supervision the outputs weigh 1, 1/2, 1/4, ..., the coarsest
        nothing, normalized to 1 (nnU-Net, `nnUNetTrainer._build_loss`).
    """
    loss = _LOSSES[params.kind]
    if isinstance(outputs, Tensor):
        return loss(outputs, label, add_up)
    weights = supervision_weights(len(outputs))
    terms = [
        weight * loss(logits, _shrunk(label, logits), add_up)
        for logits, weight in zip(outputs, weights, strict=True)
        if weight
    ]
    return torch.stack(terms).sum()


def supervision_weights(outputs: int) -> tuple[float, ...]:
    """Weight of each output, from fine to coarse."""
    if outputs == 1:
        return (1.0,)
    weights = [0.5**depth for depth in range(outputs - 1)]
    return (*(weight / sum(weights) for weight in weights), 0.0)


def mean_class_dice(logits: Tensor, label: Tensor, add_up: AddUp = alone) -> Tensor:
    """Mean over background and tumor of 1 - Dice, the whole batch as one vector.

    As GaNDLF 0.0.14 has it (`losses/segmentation.py`, `MCD_loss`), but for its sums in float16.
    """
    probability, truth = _probability(logits), _one_hot(label)
    over = (0, 2, 3, 4)
    both, found, wanted = add_up(
        torch.stack([(probability * truth).sum(over), probability.sum(over), truth.sum(over)])
    )
    dice = (2 * both + _MCD_SMOOTH) / (found + wanted + _MCD_SMOOTH)
    lost: Tensor = 1 - dice
    return lost.mean()


def dice_cross_entropy(logits: Tensor, label: Tensor, add_up: AddUp = alone) -> Tensor:
    """Minus the soft Dice of the tumor, sample by sample, plus cross-entropy.

    nnU-Net's `DC_and_CE_loss` with `batch_dice` off and no background: a mean over samples, so
    processes with batches of one size may average their gradients.
    """
    del add_up  # samples do not meet
    probability, truth = _probability(logits)[:, 1], label.float()
    over = (1, 2, 3)
    both, found, wanted = (probability * truth).sum(over), probability.sum(over), truth.sum(over)
    dice = (2 * both + _DICE_SMOOTH) / (found + wanted + _DICE_SMOOTH).clamp_min(1e-8)
    return functional.cross_entropy(logits.float(), label.long()) - dice.mean()


_LOSSES: Mapping[str, Callable[[Tensor, Tensor, AddUp], Tensor]] = {
    "mcd": mean_class_dice,
    "dice_ce": dice_cross_entropy,
}


def _probability(logits: Tensor) -> Tensor:
    return torch.softmax(logits.float(), dim=1)


def _one_hot(label: Tensor) -> Tensor:
    return torch.stack([label == 0, label != 0], dim=1).float()


def _shrunk(label: Tensor, logits: Tensor) -> Tensor:
    """Label at the size of a coarser output, nearest voxel."""
    if label.shape[1:] == logits.shape[2:]:
        return label
    small = functional.interpolate(
        label[:, None].float(), size=logits.shape[2:], mode="nearest-exact"
    )
    return small[:, 0]
