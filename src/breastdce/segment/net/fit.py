"""The loop over epochs."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence

import msgspec
import torch

from breastdce.segment.net.feed import Feed
from breastdce.segment.net.learner import Batch, Learner
from breastdce.segment.schedule import learning_rate


class EpochLog(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log."""

    epoch: int
    """Counted from 1."""
    step: int
    """Since the start."""
    lr: float
    loss_train: float
    loss_val: float
    """On fixed patches of the validation exams, with the kept weights; NaN without such exams."""
    dice_hard_val_mean: float
    """Of the same patches: not the Dice of whole exams."""
    dice_hard_val_median: float
    skipped: int
    """Steps so far without a finite gradient."""
    patches_per_s: float
    """Of all processes, in training."""
    peak_gb: float
    """Most memory so far: of the GPU's, else of this process."""
    seconds: float
    """With validation."""


def fit(
    learner: Learner,
    feed: Feed,
    validation: Sequence[Callable[[], Batch]],
    on_epoch: Callable[[EpochLog], None],
) -> None:
    """Train until the preset says that it is enough.

    Parameters
    ----------
    learner
        Fresh or restored.
    feed
        Batches.
    validation
        One an exam: makes its fixed patches.
    on_epoch
        Called after each epoch, in every process: the moment to save.
    """
    while not learner.is_done:
        started = time.perf_counter()
        rate = learning_rate(learner.standing.epoch, learner.preset.schedule)
        loss = learner.train(feed.epoch(learner.standing.epoch))
        trained = time.perf_counter()
        scores = learner.validate(validation)
        on_epoch(
            EpochLog(
                epoch=learner.standing.epoch,
                step=learner.standing.step,
                lr=rate,
                loss_train=loss,
                loss_val=scores.loss,
                dice_hard_val_mean=scores.dice_mean,
                dice_hard_val_median=scores.dice_median,
                skipped=learner.standing.skipped,
                patches_per_s=learner.fabric.world_size
                * feed.patches_per_epoch
                / (trained - started),
                peak_gb=_peak_gb(learner.fabric.device),
                seconds=time.perf_counter() - started,
            )
        )


def _peak_gb(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
