"""Losses against closed forms and against MONAI's."""

import math

import pytest
import torch
from monai.losses.dice import DiceCELoss

from breastdce.segment.net.losses import (
    dice_cross_entropy,
    loss_of,
    mean_class_dice,
    supervision_weights,
)
from breastdce.segment.preset import LossParams


def logits_of(probability):
    """Two logits whose softmax gives `probability` to the tumor."""
    p = torch.as_tensor(probability, dtype=torch.float64)
    odds = torch.log(p) - torch.log1p(-p)
    return torch.stack([torch.zeros_like(odds), odds], dim=1).float()


def batch(seed, size=2, shape=(6, 5, 4)):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn((size, 2, *shape), generator=generator)
    return logits, torch.rand((size, *shape), generator=generator) < 0.3


def test_mean_class_dice_of_known_probabilities():
    # 10 voxels, 4 of them tumor; tumor 0.8 in the tumor and 0.1 elsewhere.
    label = torch.zeros((1, 10, 1, 1), dtype=torch.bool)
    label[0, :4] = True
    logits = logits_of(torch.where(label, 0.8, 0.1))
    tumor = 2 * 3.2 / (3.2 + 0.6 + 4)
    background = 2 * 5.4 / (5.4 + 0.8 + 6)
    expected = 1 - (tumor + background) / 2
    assert mean_class_dice(logits, label).item() == pytest.approx(expected, abs=1e-6)


def test_dice_cross_entropy_of_known_probabilities():
    label = torch.zeros((1, 10, 1, 1), dtype=torch.bool)
    label[0, :4] = True
    logits = logits_of(torch.where(label, 0.8, 0.1))
    dice = 2 * 3.2 / (3.2 + 0.6 + 4)
    entropy = -(4 * math.log(0.8) + 6 * math.log(0.9)) / 10
    assert dice_cross_entropy(logits, label).item() == pytest.approx(entropy - dice, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_dice_cross_entropy_is_monais_less_one(seed):
    logits, label = batch(seed)
    other = DiceCELoss(
        include_background=False, to_onehot_y=True, softmax=True, smooth_nr=1e-5, smooth_dr=1e-5
    )
    expected = other(logits, label[:, None]).item() - 1
    assert dice_cross_entropy(logits, label).item() == pytest.approx(expected, abs=1e-5)


def test_empty_label_still_punishes_false_tumor():
    label = torch.zeros((1, 8, 8, 8), dtype=torch.bool)
    bad, good = (logits_of(torch.full((1, 8, 8, 8), p)) for p in (0.6, 0.01))
    assert dice_cross_entropy(bad, label) > dice_cross_entropy(good, label) + 0.5
    # The original's loss cannot tell them apart in its tumor term, whose gradient is nothing.
    bad.requires_grad_()
    tumor = (2 * 0 + 1e-7) / (torch.softmax(bad, 1)[:, 1].sum() + 1e-7)
    (gradient,) = torch.autograd.grad(tumor, bad)
    assert gradient.abs().max() < 1e-11


def test_sums_do_not_overflow_in_half_precision():
    label = torch.ones((1, 64, 64, 32), dtype=torch.bool)  # 131,072 voxels; float16 ends at 65,504
    logits = logits_of(torch.full((1, 64, 64, 32), 0.999)).half()
    for loss in (mean_class_dice, dice_cross_entropy):
        assert torch.isfinite(loss(logits, label))
    assert dice_cross_entropy(logits, label).item() == pytest.approx(-1, abs=2e-3)


def test_whole_batch_is_one_vector_for_the_original_and_samples_for_ours():
    logits, label = batch(3)
    label[1] = False
    apart = torch.stack([mean_class_dice(logits[n : n + 1], label[n : n + 1]) for n in range(2)])
    assert mean_class_dice(logits, label) != pytest.approx(apart.mean().item(), abs=1e-3)
    apart = torch.stack([dice_cross_entropy(logits[n : n + 1], label[n : n + 1]) for n in range(2)])
    assert dice_cross_entropy(logits, label).item() == pytest.approx(apart.mean().item(), abs=1e-6)


def test_sums_of_two_processes_give_the_loss_of_the_whole_batch():
    logits, label = batch(4)
    sums: list[torch.Tensor] = []

    def noted(own: torch.Tensor) -> torch.Tensor:
        sums.append(own)
        return own

    for n in range(2):
        mean_class_dice(logits[n : n + 1], label[n : n + 1], noted)
    joined = mean_class_dice(logits[:1], label[:1], lambda _: sums[0] + sums[1])
    assert joined.item() == pytest.approx(mean_class_dice(logits, label).item(), abs=1e-6)


def test_deep_supervision_weighs_fine_to_coarse():
    assert supervision_weights(5) == pytest.approx((8 / 15, 4 / 15, 2 / 15, 1 / 15, 0))
    assert supervision_weights(1) == (1.0,)
    logits, label = batch(6, shape=(8, 8, 8))
    coarse = torch.randn(2, 2, 4, 4, 4)
    params = LossParams(kind="dice_ce")
    both = loss_of([logits, coarse], label, params)
    assert both.item() == pytest.approx(
        loss_of(logits, label, params).item()
    )  # the last is nothing
    finest, middle, last = logits, coarse, torch.randn(2, 2, 2, 2, 2)
    three = loss_of([finest, middle, last], label, params)
    small = label[:, 1::2, 1::2, 1::2]  # nearest-exact takes the second of two
    expected = (2 * dice_cross_entropy(finest, label) + dice_cross_entropy(middle, small)) / 3
    assert three.item() == pytest.approx(expected.item(), abs=1e-6)
