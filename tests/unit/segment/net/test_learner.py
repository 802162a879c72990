"""Training: exact resume, shared steps, guards."""

from __future__ import annotations

import math
from contextlib import suppress

import msgspec
import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from safetensors.numpy import load_file

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.tensors import write_tensors
from breastdce.segment.net.feed import Feed, batch_of
from breastdce.segment.net.fit import EpochLog, fit
from breastdce.segment.net.launch import Compute, launch
from breastdce.segment.net.learner import Learner
from breastdce.segment.preset import (
    LossParams,
    OptimizerParams,
    Preset,
    ResEncParams,
    ResUNetParams,
    TrainingParams,
)
from breastdce.segment.sampling import Patch
from breastdce.segment.schedule import ScheduleParams
from breastdce.segment.standing import Standing


class Blobs:
    """A bright ball in noise, somewhere: each patch a function of epoch and index."""

    def __init__(self, batch=2, steps=3, rank=0, world=1):
        self.batch, self.steps, self.rank, self.world = batch, steps, rank, world

    @property
    def patches_per_epoch(self):
        return self.batch * self.steps

    def draw(self, epoch, index):
        step, place = divmod(index, self.batch)
        whole = step * self.batch * self.world + self.rank * self.batch + place
        rng = np.random.default_rng([7, epoch, whole])
        at = np.indices((32, 32, 32)) - rng.integers(10, 22, 3)[:, None, None, None]
        label = (at**2).sum(axis=0) < rng.integers(20, 60)
        images = rng.standard_normal((3, 32, 32, 32)).astype(np.float32)
        images[1:] += 2 * label
        return Patch(images, label.astype(np.uint8), f"blob {whole}")


def preset(**changes):
    plain: dict[str, object] = {
        "network": ResUNetParams(base=2, dropout=0.5),
        "optimizer": OptimizerParams(kind="adamw", weight_decay=1e-4, clip_grad_norm=12.0),
        "schedule": ScheduleParams(schedule="cosine", lr=5e-3, epochs=4),
        "training": TrainingParams(ema=0.9),
    }
    return msgspec.structs.replace(Preset(schema=1, name="test"), **(plain | changes))


def learner_of(preset, fabric=None):
    fabric = fabric or Fabric(accelerator="cpu", devices=1, precision="32-true")
    fabric.launch()
    return Learner(preset, fabric, seed=3)


def validation():
    return [lambda n=n: batch_of([Blobs().draw(99, n)]) for n in range(3)]


class Enough(Exception):
    """Ends a training."""


def run(learner, epochs=None, logs=None):
    """Train, all epochs or so many; return the learner."""

    def on_epoch(log):
        if logs is not None:
            logs.append(log)
        if log.epoch == epochs:
            raise Enough

    with suppress(Enough):
        fit(learner, Feed(Blobs(), workers=0, pinned=False), validation(), on_epoch)
    return learner


def same(one, other):
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


OPTIMIZERS = {
    "adamw": OptimizerParams(kind="adamw", clip_grad_norm=12.0),
    "sgd": OptimizerParams(kind="sgd", momentum=0.99, nesterov=True, weight_decay=3e-5),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_two_epochs_resumed_for_two_are_four_to_the_bit(kind):
    chosen = preset(
        optimizer=OPTIMIZERS[kind], training=TrainingParams(ema=0.9, select="best", patience=9)
    )
    straight = run(learner_of(chosen))
    first = run(learner_of(chosen), epochs=2)
    state, standing = first.state(), msgspec.json.encode(first.standing)
    second = learner_of(chosen)
    torch.manual_seed(12345)  # whatever happened between
    second.restore(state, msgspec.json.decode(standing, type=Standing))
    run(second)
    assert straight.standing == second.standing
    assert straight.standing.epoch == 4
    same(straight.state(), second.state())
    same(straight.weights(), second.weights())
    changed = straight.state()["network/head.weight"] != state["network/head.weight"]
    assert changed.any()


def test_resuming_without_the_random_state_is_noticed():
    """The test above can fail: dropout draws from torch's generator."""
    straight = run(learner_of(preset()))
    first = run(learner_of(preset()), epochs=2)
    second = learner_of(preset())
    state = first.state() | {"random/cpu": second.state()["random/cpu"]}
    second.restore(state, first.standing)
    run(second)
    name = "network/head.weight"
    assert (straight.state()[name] != second.state()[name]).any()


def test_training_lowers_the_loss_and_finds_the_balls():
    logs: list[EpochLog] = []
    learner = learner_of(preset(network=ResUNetParams(base=4, dropout=0)))
    run(learner, logs=logs)
    assert [log.epoch for log in logs] == [1, 2, 3, 4]
    assert logs[-1].loss_train < logs[0].loss_train - 0.2
    assert logs[0].lr == pytest.approx(5e-3)
    assert logs[1].lr == pytest.approx(5e-3 * (1 + math.cos(math.pi / 4)) / 2)
    assert logs[-1].step == 12
    assert all(log.patches_per_s > 0 and log.peak_gb > 0 for log in logs)


def test_deep_supervision_trains():
    network = ResEncParams(features=(4, 8, 8), blocks=(1, 1, 1))
    learner = learner_of(preset(network=network))
    run(learner, epochs=1)
    assert learner.standing.skipped == 0


class Poisoned(Blobs):
    def __init__(self, bad, **options):
        super().__init__(**options)
        self.bad = bad

    def draw(self, epoch, index):
        patch = super().draw(epoch, index)
        if index // self.batch in self.bad:
            patch.images[0, 0, 0, 0] = np.inf
        return patch


def test_step_without_finite_gradient_changes_nothing():
    learner = learner_of(preset())
    before = learner.state()
    feed = Feed(Poisoned(bad={0}, steps=1), workers=0, pinned=False)
    loss = learner.train(feed.epoch(0))
    assert math.isnan(loss)
    assert learner.standing.skipped == 1
    after = learner.state()
    for name in (name for name in before if name.startswith(("network/", "mean/"))):
        np.testing.assert_array_equal(before[name], after[name])


def test_ten_such_steps_end_the_training_with_the_patches_named():
    learner = learner_of(preset())
    feed = Feed(Poisoned(bad=range(1, 11), steps=12), workers=0, pinned=False)
    with pytest.raises(InputError) as caught:
        learner.train(feed.epoch(0))
    assert caught.value.code is ErrorCode.TRAINING_DIVERGED
    assert caught.value.evidence["patches"] == "blob 20, blob 21"


def test_patience_ends_training_and_the_best_epoch_is_kept():
    chosen = preset(
        optimizer=OptimizerParams(kind="sgd", momentum=0.0),
        schedule=ScheduleParams(schedule="cosine", lr=1e-12, epochs=50),
        training=TrainingParams(select="best", patience=2),
        network=ResUNetParams(base=2, dropout=0),
    )
    logs: list[EpochLog] = []
    learner = learner_of(chosen)
    run(learner, logs=logs)  # nothing can be learned at that rate
    assert len(logs) <= 5
    best = min(range(len(logs)), key=lambda n: logs[n].loss_val)
    assert learner.standing.best_epoch == best + 1
    assert len(logs) - learner.standing.best_epoch == 2


def test_workers_change_no_patch():
    epochs = []
    for workers in (0, 2):
        feed = Feed(Blobs(steps=2), workers=workers, pinned=False)
        epochs.append([*feed.epoch(0), *feed.epoch(1)])
    for here, there in zip(*epochs, strict=True):
        assert here.names == there.names
        assert torch.equal(here.images, there.images)
        assert torch.equal(here.label, there.label)


class Share:
    """One process's part of trainings, for two; pickled to it."""

    def __init__(self, presets, folder, batch):
        self.presets, self.folder, self.batch = presets, folder, batch

    def __call__(self, fabric):
        for kind, chosen in self.presets.items():
            learner = Learner(chosen, fabric, seed=3)
            source = Blobs(self.batch, rank=fabric.global_rank, world=fabric.world_size)
            logs: list[EpochLog] = []
            fit(learner, Feed(source, workers=0, pinned=False), validation(), logs.append)
            state = learner.state()
            if fabric.global_rank == 0:
                name = f"{kind}-{fabric.world_size}"
                write_tensors(self.folder / f"{name}.safetensors", state)
                values = [log.loss_train for log in logs] + [log.loss_val for log in logs]
                np.save(self.folder / f"{name}.npy", values)


@pytest.mark.slow
def test_two_processes_are_one_with_the_double_batch(tmp_path):
    presets = {
        kind: preset(
            network=ResUNetParams(base=2, dropout=0),
            optimizer=OptimizerParams(kind="sgd", momentum=0.9),
            # Rounding grows from step to step: by 1e3 in six steps of ten times this rate.
            schedule=ScheduleParams(schedule="cosine", lr=0.005, epochs=1),
            loss=LossParams(kind=kind),
        )
        for kind in ("mcd", "dice_ce")
    }
    for devices in (1, 2):
        share = Share(presets, tmp_path, 4 // devices)
        launch(Compute(accelerator="cpu", devices=devices), share)
    for kind, chosen in presets.items():
        check_same(tmp_path, kind, learner_of(chosen).state())


def check_same(folder, kind, fresh):
    one, two = (load_file(folder / f"{kind}-{n}.safetensors") for n in (1, 2))
    moved = 0.0
    for name in (name for name in one if name.startswith("network/")):
        np.testing.assert_allclose(two[name], one[name], atol=2e-6, rtol=0, err_msg=name)
        moved = max(moved, float(np.abs(one[name] - fresh[name]).max()))
    assert moved > 1e-3
    assert two["random/cpu"].shape[0] == 2
    alone, shared = (np.load(folder / f"{kind}-{n}.npy") for n in (1, 2))
    np.testing.assert_allclose(shared, alone, atol=2e-6, rtol=0)
