"""Patches to batches, drawn ahead by other processes where that helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from breastdce.segment.net.learner import Batch
from breastdce.segment.sampling import Patch


class PatchSource(Protocol):
    """The patches of one process: each a pure function of epoch and index, and picklable."""

    @property
    def batch(self) -> int:
        """Patches of a step."""

    @property
    def patches_per_epoch(self) -> int:
        """A multiple of `batch`."""

    def draw(self, epoch: int, index: int) -> Patch:
        """Make one patch."""


class Feed:
    """Batches of a source, epoch by epoch.

    Parameters
    ----------
    source
        Where patches come from.
    workers
        Processes that draw ahead; 0: this one draws, when asked. They change no patch.
    pinned
        Whether batches lie in memory from which a GPU copies at once.
    """

    def __init__(self, source: PatchSource, *, workers: int, pinned: bool) -> None:
        self.patches_per_epoch = source.patches_per_epoch
        self._order = _Order(source.patches_per_epoch)
        self._loader = DataLoader(
            _Drawn(source),
            batch_size=source.batch,
            sampler=self._order,
            num_workers=workers,
            persistent_workers=workers > 0,
            # A fork would copy the threads of torch and numba in whatever state they are.
            multiprocessing_context="spawn" if workers else None,
            collate_fn=batch_of,
            pin_memory=pinned,
        )

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """Batches of an epoch, counted from 0."""
        self._order.epoch = epoch
        return iter(self._loader)


def batch_of(patches: Sequence[Patch]) -> Batch:
    """Stack patches."""
    return Batch(
        torch.from_numpy(np.stack([patch.images for patch in patches])),
        torch.from_numpy(np.stack([patch.label for patch in patches])),
        tuple(patch.name for patch in patches),
    )


class _Drawn(Dataset[Patch]):
    def __init__(self, source: PatchSource) -> None:
        self._source = source

    def __getitem__(self, key: tuple[int, int]) -> Patch:
        return self._source.draw(*key)


class _Order(Sampler[tuple[int, int]]):
    """Which patch comes when: epoch and index, in order."""

    def __init__(self, patches: int) -> None:
        self._patches, self.epoch = patches, 0

    def __len__(self) -> int:
        return self._patches

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return ((self.epoch, index) for index in range(self._patches))
