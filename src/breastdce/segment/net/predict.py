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
    regions: Sequence[Window] = (),
    within: NDArray[np.bool_] | None = None,
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
    regions
        Boxes to look at; elsewhere the probability is 0. None: everywhere.
    within
        Bool [i, j, k]: windows that touch no true voxel are left out, the probability there is 0.
    on_window
        Told of each finished window: which one, and of how many.

    Returns
    -------
    Prediction
    """
    exam = _all_of(images)
    total = np.zeros(images.shape[1:], np.float32)
    squares = np.zeros_like(total)
    volumes: list[int] = []
    outlines: list[NDArray[np.uint8]] = []
    places: list[_Place] = []
    for form in forms:
        places = _places(exam, regions or [exam], plan, form.divisor)
        if within is not None:
            places = [place for place in places if within[place.clipped(place.box)[0]].any()]
        found = _over_windows(images, form, plan, places, floor, on_window)
        total += found
        squares += found * found
        volumes.append(int(np.count_nonzero(found >= 0.5)))
        outlines.append(np.packbits(found >= 0.5))
    models = len(volumes)
    mean: Array = total / np.float32(models)
    spread = None
    if models > 1:
        spread = np.sqrt(np.maximum(squares / models - mean * mean, np.float32(0)))
    return Prediction(
        probability=mean,
        spread=None if spread is None else np.asarray(spread, np.float32),
        volumes=tuple(volumes),
        windows=len(places),
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


class _Place(NamedTuple):
    """A window: where it begins, which may be outside the exam, its size, and for which box."""

    corner: Shape
    size: Shape
    box: Window

    def clipped(self, box: Window) -> tuple[Window, Window]:
        """What of it lies in a box of the exam: there, and in the window."""
        there, here = [], []
        for first, width, part in zip(self.corner, self.size, box, strict=True):
            start, stop = max(part.start, first), min(part.stop, first + width)
            there.append(slice(start, stop))
            here.append(slice(start - first, stop - first))
        return (there[0], there[1], there[2]), (here[0], here[1], here[2])


def _places(exam: Window, boxes: Sequence[Window], plan: WindowPlan, step: Shape) -> list[_Place]:
    """Windows over all boxes, whose lengths are multiples of `step`.

    One that is larger than its box takes what is around it in the exam, as far as there is.
    """
    places = []
    for box in boxes:
        lengths = [part.stop - part.start for part in box]
        least = [min(pair) for pair in zip(plan.window, lengths, strict=True)]
        size = rounded_up(least, step)
        first = [
            _first(part.start - max(0, width - length) // 2, width, whole.stop)
            for part, width, length, whole in zip(box, size, lengths, exam, strict=True)
        ]
        most = [max(pair) for pair in zip(size, lengths, strict=True)]
        for window in windows(most, size, plan.overlap):
            i, j, k = (start + part.start for start, part in zip(first, window, strict=True))
            places.append(_Place((i, j, k), size, box))
    return places


def _first(wish: int, width: int, length: int) -> int:
    """Where a window begins, so that no more of it than need be lies outside the exam."""
    if width >= length:
        return -((width - length) // 2)
    return min(max(0, wish), length - width)


def _over_windows(
    images: Array,
    form: Form,
    plan: WindowPlan,
    places: Sequence[_Place],
    floor: float,
    on_window: OnWindow | None,
) -> Array:
    """Weighted mean of the windows of one network; 0 where there is none."""
    total, weight = (np.zeros(images.shape[1:], np.float32) for _ in range(2))
    for number, place in enumerate(places, 1):
        found = _seen(_cut(images, place, floor), form, mirror=plan.mirror)
        weights = gaussian_weights(place.size) if plan.gaussian else np.ones(place.size, np.float32)
        there, here = place.clipped(place.box)
        total[there] += (weights * found)[here]
        weight[there] += weights[here]
        if on_window is not None:
            on_window(number, len(places))
    return np.divide(total, weight, out=total, where=weight > 0)


def _cut(images: Array, place: _Place, floor: float) -> Array:
    """The images in a window; `floor` outside the exam."""
    there, here = place.clipped(_all_of(images))
    window = np.full((len(images), *place.size), floor, np.float32)
    window[(slice(None), *here)] = images[(slice(None), *there)]
    return window


def _all_of(images: Array) -> Window:
    i, j, k = images.shape[1:]
    return slice(0, i), slice(0, j), slice(0, k)


def _seen(window: Array, form: Form, *, mirror: bool) -> Array:
    found = form(window)
    if not mirror:
        return found
    other = form(np.ascontiguousarray(window[:, ::-1]))[::-1]
    return np.asarray((found + other) / 2, np.float32)
