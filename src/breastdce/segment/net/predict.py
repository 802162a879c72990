"""Apply trained networks to an exam, window by window, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from breastdce.core.grid import Window
from breastdce.segment.windows import Shape, WindowPlan, gaussian_weights, rounded_up, windows

Array = NDArray[np.float32]
OnWindow = Callable[[int, int], None]


class Form(Protocol):
    """A network made ready for use: images of a window to probabilities of the tumor."""

    @property
    def divisor(self) -> Shape:
        """What each axis of a window must be a multiple of."""

    def __call__(self, images: Array) -> Array:
        """[phase, i, j, k] to [i, j, k], float32."""


class LayerByLayer:
    """Any network of ours as torch has it, on a device, under autocast where asked for."""

    def __init__(
        self, network: nn.Module, divisor: Shape, device: torch.device, *, bf16: bool = False
    ) -> None:
        if hasattr(network, "decoder"):
            network.decoder.deep_supervision = False  # type: ignore[union-attr]
        self._network, self.divisor = network.eval().to(device), divisor
        self._device, self._bf16 = device, bf16

    @torch.inference_mode()
    def __call__(self, images: Array) -> Array:
        given = torch.from_numpy(np.ascontiguousarray(images))[None].to(self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            logits = self._network(given)
        return cast(Array, torch.softmax(logits.float(), dim=1)[0, 1].cpu().numpy())


@dataclass(frozen=True, slots=True)
class Prediction:
    """What networks say of an exam, float32 [i, j, k]."""

    probability: Array
    """Of the tumor: mean over networks."""
    spread: Array | None
    """SD of the probability over networks; none with one network."""
    volumes: tuple[int, ...]
    """Voxels of one half and more, by network."""
    windows: int
    """That each network saw."""
    agreement: float | None
    """Mean Dice of all pairs of networks, each cut at one half; none with one network, or where
    none finds anything."""

    def entropy(self) -> Array:
        """Of the mean probability, in bits: 0 where it is sure, 1 at one half."""
        p = np.clip(self.probability, 1e-7, 1 - 1e-7)
        return cast(Array, -(p * np.log2(p) + (1 - p) * np.log2(1 - p)))


class CaseUncertainty(NamedTuple):
    """How sure an exam's result is."""

    entropy: float
    """Mean entropy, in bits, where the probability exceeds 0.1; NaN where it does nowhere."""
    volume_cv: float
    """SD over mean of the networks' volumes; NaN with one network, or where all are 0."""
    agreement: float
    """Mean Dice of all pairs of networks; NaN where it is not known."""


def predict_exam(
    images: Array,
    forms: Iterable[Form],
    plan: WindowPlan,
    *,
    floor: float,
    region: Sequence[slice] | None = None,
    on_window: OnWindow | None = None,
) -> Prediction:
    """Mean probability of networks over an exam.

    Parameters
    ----------
    images
        float32 [phase, i, j, k], as the networks were trained on.
    forms
        The networks, one at a time: only one need be in memory.
    plan
        Windows.
    floor
        Value of what lies outside the exam.
    region
        Box to look at; elsewhere the probability is 0. None: everywhere.
    on_window
        Told of each finished window: which one, and of how many.

    Returns
    -------
    Prediction
    """
    box = tuple(region) if region is not None else tuple(slice(0, n) for n in images.shape[1:])
    part = images[(slice(None), *box)]
    total = np.zeros(part.shape[1:], np.float32)
    squares = np.zeros_like(total)
    volumes: list[int] = []
    outlines: list[NDArray[np.uint8]] = []
    count = 0
    for form in forms:
        found, count = _over_windows(part, form, plan, floor, on_window)
        total += found
        squares += found * found
        volumes.append(int(np.count_nonzero(found >= 0.5)))
        outlines.append(np.packbits(found >= 0.5))
    models = len(volumes)
    mean: Array = total / np.float32(models)
    spread = None
    if models > 1:
        spread = np.sqrt(np.maximum(squares / models - mean * mean, np.float32(0)))
    whole = images.shape[1:]
    return Prediction(
        probability=_placed(mean, box, whole),
        spread=None if spread is None else _placed(np.asarray(spread, np.float32), box, whole),
        volumes=tuple(volumes),
        windows=count,
        agreement=_agreement(outlines, volumes),
    )


def _agreement(outlines: Sequence[NDArray[np.uint8]], volumes: Sequence[int]) -> float | None:
    """Mean Dice over pairs of masks, eight voxels a byte; pairs of empty ones say nothing."""
    found = [
        2 * int(np.bitwise_count(outlines[a] & outlines[b]).sum()) / (volumes[a] + volumes[b])
        for a, b in combinations(range(len(volumes)), 2)
        if volumes[a] + volumes[b]
    ]
    return float(np.mean(found)) if found else None


def case_uncertainty(prediction: Prediction) -> CaseUncertainty:
    """Sum up an exam."""
    some = prediction.probability > 0.1
    entropy = float(prediction.entropy()[some].mean()) if some.any() else float("nan")
    volumes = np.asarray(prediction.volumes, np.float64)
    known = volumes.size > 1 and volumes.any()
    agreement = float("nan") if prediction.agreement is None else prediction.agreement
    spread = float(volumes.std() / volumes.mean()) if known else float("nan")
    return CaseUncertainty(entropy, spread, agreement)


def _over_windows(
    images: Array, form: Form, plan: WindowPlan, floor: float, on_window: OnWindow | None
) -> tuple[Array, int]:
    """Weighted mean of the windows of one network, and how many there were."""
    shape = images.shape[1:]
    size = cast(Shape, tuple(min(w, n) for w, n in zip(plan.window, shape, strict=True)))
    size = rounded_up(size, form.divisor)
    padded = np.pad(
        images,
        [(0, 0), *_margins(shape, size)],
        constant_values=floor,
    )
    weights = gaussian_weights(size) if plan.gaussian else np.ones(size, np.float32)
    total, weight = (np.zeros(padded.shape[1:], np.float32) for _ in range(2))
    places = list(windows(padded.shape[1:], size, plan.overlap))
    for number, place in enumerate(places, 1):
        total[place] += weights * _seen(padded[(slice(None), *place)], form, mirror=plan.mirror)
        weight[place] += weights
        if on_window is not None:
            on_window(number, len(places))
    mean = total / weight
    inside = tuple(
        slice(before, before + n)
        for (before, _), n in zip(_margins(shape, size), shape, strict=True)
    )
    return mean[inside], len(places)


def _seen(window: Array, form: Form, *, mirror: bool) -> Array:
    found = form(window)
    if not mirror:
        return found
    other = form(np.ascontiguousarray(window[:, ::-1]))[::-1]
    return np.asarray((found + other) / 2, np.float32)


def _margins(shape: Sequence[int], size: Shape) -> list[tuple[int, int]]:
    """Voxels before and behind an exam that is smaller than a window."""
    lacking = [max(0, width - length) for length, width in zip(shape, size, strict=True)]
    return [(some // 2, some - some // 2) for some in lacking]


def _placed(values: Array, box: Sequence[slice] | Window, shape: Sequence[int]) -> Array:
    whole = np.zeros(shape, np.float32)
    whole[tuple(box)] = values
    return whole
