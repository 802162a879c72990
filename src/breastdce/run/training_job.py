"""One network's training, as each process of it runs: pickled, small, complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.formats.tables import Column, Row, read_tsv, write_tsv
from breastdce.run.training_cases import open_case
from breastdce.run.training_folder import ModelFolder
from breastdce.run.training_state import State, load_state, save_state
from breastdce.segment.augmentation import steps_of
from breastdce.segment.preset import Preset
from breastdce.segment.sampling import Case, Sampler, Shape, Stream, fixed_patches

if TYPE_CHECKING:
    from breastdce.segment.net.fit import EpochLog
    from breastdce.segment.net.learner import Batch, Learner

OnEpoch = Callable[[str, int, "EpochLog"], None]
"""Told of each finished epoch: the network, of how many epochs, and its row of the log."""


def _integer(name: str, long_name: str) -> Column:
    return Column(name=name, long_name=long_name, description=long_name, kind="integer")


def _number(name: str, long_name: str, description: str, units: str | None = None) -> Column:
    return Column(
        name=name, long_name=long_name, description=description, kind="number", units=units
    )


LOG = (
    _integer("epoch", "Epoch, counted from 1"),
    _integer("step", "Steps since the start"),
    _number("lr", "Learning rate", "Of the epoch"),
    _number("loss_train", "Training loss", "Mean over the epoch's steps"),
    _number("loss_val", "Validation loss", "Of the kept weights, on fixed patches"),
    _number("dice_hard_val_mean", "Mean Dice of fixed patches", "By exam; not of whole exams"),
    _number("dice_hard_val_median", "Median Dice of fixed patches", "By exam"),
    _integer("skipped", "Steps so far without a finite gradient"),
    _number("patches_per_s", "Patches per second", "Of all processes, in training", "1/s"),
    _number("peak_gb", "Most memory so far", "Of the GPU, else of the first process", "GB"),
    _number("seconds", "Duration", "With validation", "s"),
)


@dataclass(frozen=True)
class FitJob:
    """Train one network until it is done, from where it was left.

    Called by every process with its `lightning_fabric.Fabric`; the first one writes.
    """

    name: str
    """outer0/inner0, for messages."""
    folder: ModelFolder
    cases: Path
    train: tuple[str, ...]
    """Exams."""
    val: tuple[str, ...]
    preset: Preset
    patch: Shape
    batch: int
    stream: Stream
    threads: int
    workers: int
    on_epoch: OnEpoch

    def __call__(self, fabric: Any) -> None:
        from breastdce.segment.net.feed import Feed
        from breastdce.segment.net.fit import fit
        from breastdce.segment.net.learner import Learner

        learner = Learner(self.preset, fabric, seed=self._seed())
        state = load_state(self.folder.path)
        rows = self._resumed(learner, state)
        feed = Feed(
            self._sampler(fabric), workers=self.workers, pinned=fabric.device.type == "cuda"
        )
        validation = [partial(self._fixed, open_case(self.cases, name)) for name in self.val]
        fit(learner, feed, validation, partial(self._keep, learner, rows))
        if fabric.global_rank == 0:
            standing = learner.standing
            self.folder.finish(
                learner.weights(),
                epochs=standing.epoch,
                best_epoch=standing.best_epoch,
                skipped=standing.skipped,
            )
        fabric.barrier()

    def _seed(self) -> int:
        return int(np.random.SeedSequence([*self.stream, 7]).generate_state(1)[0] >> 1)

    def _sampler(self, fabric: Any) -> Sampler:
        return Sampler(
            cases=[open_case(self.cases, name) for name in self.train],
            params=self.preset.sampling,
            patch=self.patch,
            batch=self.batch,
            steps=steps_of(self.preset.augment),
            stream=self.stream,
            rank=fabric.global_rank,
            world=fabric.world_size,
        )

    def _fixed(self, case: Case) -> Batch:
        from breastdce.segment.net.feed import batch_of

        return batch_of(fixed_patches(case, self.patch, self.stream))

    def _resumed(self, learner: Learner, state: State | None) -> list[Row]:
        """Put the learner where it was left; return the log up to there."""
        if state is None:
            return []
        record = state.record
        if (record.threads, record.processes) != (self.threads, learner.fabric.world_size):
            raise CallError(
                ErrorCode.CALL_INVALID,
                "The training was begun with other threads or devices",
                evidence={"threads": record.threads, "devices": record.processes},
                remedy="Resume with the same --threads and --devices: the bits depend on them.",
            )
        learner.restore(state.arrays, record.standing)
        rows = read_tsv(self.folder.log, LOG)
        return [row for row in rows if int(str(row["epoch"])) <= record.standing.epoch]

    def _keep(self, learner: Learner, rows: list[Row], log: EpochLog) -> None:
        arrays = learner.state()  # by all processes together
        if learner.fabric.global_rank:
            return
        rows.append({column.name: getattr(log, column.name) for column in LOG})
        write_tsv(self.folder.log, LOG, rows)
        save_state(
            self.folder.path,
            arrays,
            learner.standing,
            threads=self.threads,
            processes=learner.fabric.world_size,
        )
        self.on_epoch(self.name, self.preset.schedule.epochs, log)
