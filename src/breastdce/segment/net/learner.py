"""One network in training: its weights, its optimizer, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.segment.net.build import build_network
from breastdce.segment.net.losses import alone, loss_of
from breastdce.segment.net.mean_weights import MeanWeights
from breastdce.segment.net.weights import fill_network, weights_of
from breastdce.segment.preset import OptimizerParams, Preset
from breastdce.segment.schedule import learning_rate
from breastdce.segment.standing import Standing

Arrays = dict[str, NDArray[Any]]
_MOST_SKIPPED = 10


class Batch(NamedTuple):
    """Patches of one step."""

    images: Tensor
    """float32, (batch, phases, i, j, k)."""
    label: Tensor
    """uint8, (batch, i, j, k)."""
    names: tuple[str, ...]
    """Where each patch is from, for messages."""


class Validation(NamedTuple):
    """Means over the exams that a model did not learn from."""

    loss: float
    dice_mean: float
    dice_median: float


class Learner:
    """A network, its optimizer and the moving mean of its weights, on the device of `fabric`.

    Parameters
    ----------
    preset
        Network, loss, optimizer, schedule; `prediction` is not used.
    fabric
        Launched: the device, the precision and the processes that share each step.
    seed
        Of the fresh weights and of dropout; the same in every process.
    """

    def __init__(self, preset: Preset, fabric: Fabric, seed: int) -> None:
        self.preset, self.fabric, self.standing = preset, fabric, Standing()
        torch.manual_seed(seed)
        self.network = build_network(preset.network, len(preset.in_phases))
        self._optimizer = _optimizer(self.network, preset.optimizer, preset.schedule.lr)
        self._forward, self._stepper = fabric.setup(self.network, self._optimizer)
        decay = preset.training.ema
        self._mean = None if decay is None else MeanWeights(self.network, decay)
        self._best: Arrays | None = None
        # Dropout is to differ between processes, weights are not.
        torch.manual_seed(seed + 1 + fabric.global_rank)

    @property
    def kept(self) -> nn.Module:
        """The network whose weights count: the moving mean where there is one."""
        return self.network if self._mean is None else self._mean.network

    def train(self, batches: Iterable[Batch]) -> float:
        """Learn from one epoch's batches; return their mean loss, over all processes.

        Raises
        ------
        InputError
            TRAINING_DIVERGED after ten steps in a row without a finite gradient.
        """
        self.network.train()
        rate = learning_rate(self.standing.epoch, self.preset.schedule)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        losses = [self._step(batch) for batch in batches]
        self.standing.epoch += 1
        mean = torch.stack(losses).double().nanmean()
        return float(cast(Tensor, self.fabric.all_reduce(mean, reduce_op="mean")))

    def _step(self, batch: Batch) -> Tensor:
        images, label = self.fabric.to_device((batch.images, batch.label))
        self._stepper.zero_grad(set_to_none=True)
        loss = loss_of(self._forward(images), label, self.preset.loss, self._add_up)
        self.fabric.backward(loss)
        most = self.preset.optimizer.clip_grad_norm or math.inf
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), most)
        self.standing.step += 1
        # Gradients are already shared, so that every process decides alike.
        if not torch.isfinite(norm):
            self._skip(batch)
            return torch.full_like(loss.detach(), math.nan)
        self._stepper.step()
        self.standing.skipped_in_a_row = 0
        if self._mean is not None:
            self._mean.follow(self.network, self.standing.step)
        return loss.detach()

    def _skip(self, batch: Batch) -> None:
        self.standing.skipped += 1
        self.standing.skipped_in_a_row += 1
        if self.standing.skipped_in_a_row < _MOST_SKIPPED:
            return
        raise InputError(
            ErrorCode.TRAINING_DIVERGED,
            evidence={
                "steps_in_a_row": _MOST_SKIPPED,
                "epoch": self.standing.epoch,
                "patches": ", ".join(batch.names),
            },
        )

    def _add_up(self, sums: Tensor) -> Tensor:
        if self.fabric.world_size == 1:
            return alone(sums)
        from torch.distributed.nn.functional import all_reduce

        return cast(Tensor, all_reduce(sums))  # type: ignore[no-untyped-call]

    @torch.no_grad()
    def validate(self, exams: Iterable[Callable[[], Batch]]) -> Validation:
        """Score the kept weights on fixed patches of each exam, shared among the processes.

        Dice is hard, of all patches of an exam together; an exam without tumor in both is left
        out of its mean.
        """
        kept, fabric = self.kept.eval(), self.fabric
        exams = list(exams)
        table = torch.zeros((len(exams), 2), dtype=torch.float64, device=fabric.device)
        for row in range(fabric.global_rank, len(exams), fabric.world_size):
            images, label = fabric.to_device(exams[row]()[:2])
            with fabric.autocast():
                outputs = kept(images)
            table[row, 0] = loss_of(outputs, label, self.preset.loss)
            table[row, 1] = _hard_dice(_finest(outputs), label)
        shared = cast(Tensor, fabric.all_reduce(table, reduce_op="sum")).cpu().numpy()
        dice = shared[:, 1][~np.isnan(shared[:, 1])]
        found = (float(dice.mean()), float(np.median(dice))) if dice.size else (math.nan, math.nan)
        result = Validation(float(shared[:, 0].mean()) if len(exams) else math.nan, *found)
        self._note_best(result.loss)
        return result

    def _note_best(self, loss: float) -> None:
        standing = self.standing
        if math.isnan(loss) or (standing.best_loss is not None and loss >= standing.best_loss):
            return
        standing.best_loss, standing.best_epoch = loss, standing.epoch
        if self.preset.training.select == "best":
            self._best = weights_of(self.kept)

    @property
    def is_done(self) -> bool:
        """Whether all epochs are through, or validation has not improved for too long."""
        standing, patience = self.standing, self.preset.training.patience
        waited = standing.epoch - max(standing.best_epoch, 0)
        return standing.epoch >= self.preset.schedule.epochs or (
            patience is not None and waited >= patience
        )

    def weights(self) -> Arrays:
        """The weights to ship: of the best epoch or of the last, as the preset has it."""
        return self._best if self._best is not None else weights_of(self.kept)

    def state(self) -> Arrays:
        """Everything that changes in training but for `standing`, by name.

        Called by all processes together.
        """
        arrays = _prefixed("network", weights_of(self.network))
        for name, parameter in self.network.named_parameters():
            buffers = arrays_of(self._optimizer.state.get(parameter, {}))
            arrays |= _prefixed(f"optimizer/{name}", buffers)
        if self._mean is not None:
            arrays |= _prefixed("mean", weights_of(self._mean.network))
        if self._best is not None:
            arrays |= _prefixed("best", self._best)
        return arrays | _prefixed("random", self._random())

    def restore(self, arrays: Mapping[str, NDArray[Any]], standing: Standing) -> None:
        """Go on from a state: the next epoch is then what it would have been, to the bit."""
        self.standing = standing
        fill_network(self.network, _below("network", arrays))
        for name, parameter in self.network.named_parameters():
            buffers = _below(f"optimizer/{name}", arrays)
            if buffers:
                self._optimizer.state[parameter] = {
                    # AdamW counts its steps on the CPU; all else lies beside the parameter.
                    key: torch.from_numpy(array.copy()).to(
                        "cpu" if key == "step" else parameter.device
                    )
                    for key, array in buffers.items()
                }
        if self._mean is not None:
            fill_network(self._mean.network, _below("mean", arrays))
        self._best = _below("best", arrays) or None
        self._restore_random(_below("random", arrays))

    def _random(self) -> Arrays:
        """States of torch's generators, one row a process: dropout draws from them."""
        device, states = self.fabric.device, {"cpu": torch.get_rng_state()}
        if device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(device)
        rows = {name: self.fabric.all_gather(state.to(device)) for name, state in states.items()}
        return {
            name: array.reshape(-1, states[name].numel()) for name, array in arrays_of(rows).items()
        }

    def _restore_random(self, arrays: Arrays) -> None:
        own = {
            name: torch.from_numpy(rows[self.fabric.global_rank].copy())
            for name, rows in arrays.items()
        }
        torch.set_rng_state(own["cpu"])
        if self.fabric.device.type == "cuda":
            torch.cuda.set_rng_state(own["cuda"], self.fabric.device)


def arrays_of(tensors: Mapping[str, Any]) -> Arrays:
    """Copies of named tensors as arrays."""
    return {
        name: tensor.detach().cpu().numpy().copy()
        for name, tensor in tensors.items()
        if isinstance(tensor, Tensor)
    }


def _optimizer(network: nn.Module, params: OptimizerParams, lr: float) -> torch.optim.Optimizer:
    weights = network.parameters()
    if params.kind == "adamw":
        return torch.optim.AdamW(weights, lr=lr, weight_decay=params.weight_decay)
    return torch.optim.SGD(
        weights,
        lr=lr,
        momentum=params.momentum,
        nesterov=params.nesterov,
        weight_decay=params.weight_decay,
    )


def _finest(outputs: Tensor | list[Tensor]) -> Tensor:
    return outputs if isinstance(outputs, Tensor) else outputs[0]


def _hard_dice(logits: Tensor, label: Tensor) -> float:
    found, wanted = logits[:, 1] > logits[:, 0], label != 0
    sizes = int(found.sum()) + int(wanted.sum())
    return 2 * int((found & wanted).sum()) / sizes if sizes else math.nan


def _prefixed(prefix: str, arrays: Arrays) -> Arrays:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _below(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    start = f"{prefix}/"
    return {name[len(start) :]: a for name, a in arrays.items() if name.startswith(start)}
