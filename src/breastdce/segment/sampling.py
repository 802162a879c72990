"""Which patch of which exam comes when: a pure function of seed, fold, epoch and place.

Nothing is remembered between patches, so that neither the number of workers nor an interruption
nor the number of processes changes a single one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Window
from breastdce.segment.augment._contract import Sample
from breastdce.segment.augmentation import Step, augmented
from breastdce.segment.preset import ForegroundParams, SamplingParams, TurnParams, UniformParams
from breastdce.segment.turn_loops import moved_label, sampled

Shape = tuple[int, int, int]
FloatArray = NDArray[np.float64]
MOST_FOREGROUND = 10_000
"""Tumor voxels of an exam that are remembered as centers of patches."""
MARGIN_MM = 8
"""Around the breasts, where patches without a wish are centered."""


class Case(NamedTuple):
    """One exam to learn from, on a grid of 1 mm: i to the right, j to the front, k to the head."""

    name: str
    images: NDArray[Any]
    """[phase, i, j, k], z-scored; float16 or float32; may be a memory map."""
    label: NDArray[np.uint8]
    """[i, j, k], 1 in the tumor."""
    foreground: NDArray[np.int32]
    """Some voxels of the tumor, (n, 3); none where there is no tumor."""
    breast: Window
    """Box of the breasts with a margin; the whole exam where no breast mask is known."""
    floor: float
    """Least value: what lies outside the exam."""


class Patch(NamedTuple):
    """What a network sees of an exam at once."""

    images: NDArray[np.float32]
    """[phase, i, j, k]."""
    label: NDArray[np.uint8]
    """[i, j, k], 1 in the tumor."""
    name: str
    """Of the exam, for messages."""


class Stream(NamedTuple):
    """What every draw of a training depends on, beside epoch and place."""

    seed: int
    outer: int = 0
    inner: int = 0

    def generator(self, *place: int) -> np.random.Generator:
        """A generator for one place; a new one is as good as the old one."""
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([*self, *place])))


@dataclass(frozen=True)
class Sampler:
    """Patches of one process of a training, see `net.feed.PatchSource`.

    `batch` patches a step in this process, of `world` times as many in all of them: two processes
    see in a step what one sees with the double batch.
    """

    cases: Sequence[Case]
    params: SamplingParams
    patch: Shape
    batch: int
    steps: Sequence[Step]
    stream: Stream
    rank: int = 0
    world: int = 1

    @cached_property
    def patches_per_epoch(self) -> int:
        """Of this process; a whole number of batches."""
        if isinstance(self.params, ForegroundParams):
            return self.params.steps_per_epoch * self.batch
        wanted = len(self.cases) * self.params.patches_per_exam
        return max(1, wanted // (self.batch * self.world)) * self.batch

    def draw(self, epoch: int, index: int) -> Patch:
        """Make a patch; `index` counts those of this process."""
        step, own = divmod(index, self.batch)
        place = self.rank * self.batch + own
        whole = step * self.batch * self.world + place
        rng = self.stream.generator(1, epoch, whole)
        if isinstance(self.params, UniformParams):
            case = self._case_in_turn(epoch, whole)
            center = _anywhere(tuple(slice(0, n) for n in case.label.shape), rng)
        else:
            case, center = self._near_or_anywhere(place, self.params.foreground, rng)
        sample = cut(case, center, turn_of(self.params.turn, rng), self.patch)
        sample = augmented(sample, self.steps, rng)
        return Patch(sample.images, sample.label, case.name)

    def _case_in_turn(self, epoch: int, whole: int) -> Case:
        """Every exam as often as every other, in an order that is drawn for the epoch."""
        order = self.stream.generator(0, epoch).permutation(len(self.cases) * self._per_exam)
        return self.cases[int(order[whole % order.size]) % len(self.cases)]

    @property
    def _per_exam(self) -> int:
        return self.params.patches_per_exam if isinstance(self.params, UniformParams) else 1

    def _near_or_anywhere(
        self, place: int, share: float, rng: np.random.Generator
    ) -> tuple[Case, FloatArray]:
        """The last patches of a step are centered near a tumor voxel: at least one of them."""
        case = self.cases[int(rng.integers(len(self.cases)))]
        whole = self.batch * self.world
        near = place >= min(whole - 1, round(whole * (1 - share)))
        if not near or not len(case.foreground):
            return case, _anywhere(case.breast, rng)
        voxel = case.foreground[int(rng.integers(len(case.foreground)))]
        jitter = [rng.uniform(-length / 4, length / 4) for length in self.patch]
        return case, voxel + np.asarray(jitter)


def fixed_patches(case: Case, patch: Shape, stream: Stream) -> tuple[Patch, ...]:
    """The patches by which an exam validates: around a tumor voxel, and anywhere in the breasts.

    The same in every epoch, neither turned nor augmented.
    """
    rng = stream.generator(2, *case.name.encode())
    centers = [_anywhere(case.breast, rng)]
    if len(case.foreground):
        centers.insert(0, case.foreground[len(case.foreground) // 2].astype(np.float64))
    samples = [cut(case, center, None, patch) for center in centers]
    return tuple(Patch(sample.images, sample.label, case.name) for sample in samples)


def turn_of(params: TurnParams | None, rng: np.random.Generator) -> FloatArray | None:
    """Draw the matrix from voxels of a patch to voxels of its exam; none where it is the unit."""
    if params is None:
        return None
    rotates, scales = rng.random(2) < (params.rotate_probability, params.scale_probability)
    if not rotates and not scales:
        return None
    matrix = np.eye(3)
    if rotates:
        for axis, angle in enumerate(np.deg2rad(rng.uniform(-1, 1, 3) * params.rotate_deg)):
            matrix = matrix @ _rotation(axis, float(angle))
    return matrix / rng.uniform(*params.scale) if scales else matrix


def cut(case: Case, center: FloatArray, turn: FloatArray | None, patch: Shape) -> Sample:
    """Take a patch out of an exam.

    Parameters
    ----------
    case
        The exam.
    center
        Voxels; the patch is moved so that it lies inside the exam where that is large enough, and
        otherwise has as much of the outside on either side.
    turn
        From voxels of the patch to voxels of the exam, about the center; none: as it lies, voxel
        for voxel. Images are interpolated linearly; the label is where its own is 0.5 or more.
    patch
        Voxels along each axis.

    Returns
    -------
    Sample
        Outside the exam images have its least value: in z-scored images 0 is tissue.
    """
    shape = case.label.shape
    starts = [_start(c, n, p) for c, n, p in zip(center, shape, patch, strict=True)]
    if turn is None:
        return _sliced(case, starts, patch)
    middle = np.asarray(starts) + (np.asarray(patch) - 1) / 2
    return _turned(case, middle, turn, patch)


def _start(center: float, size: int, length: int) -> int:
    if size <= length:
        return -((length - size) // 2)
    return int(np.clip(round(center - (length - 1) / 2), 0, size - length))


def _sliced(case: Case, starts: Sequence[int], patch: Shape) -> Sample:
    images = np.full((len(case.images), *patch), case.floor, np.float32)
    label = np.zeros(patch, np.uint8)
    inside, there = _overlap(starts, patch, case.label.shape)
    images[(slice(None), *there)] = case.images[(slice(None), *inside)]
    label[there] = case.label[inside]
    return Sample(images, label)


def _overlap(
    starts: Sequence[int], patch: Shape, shape: Sequence[int]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """What a patch and an exam share, counted in the exam and in the patch."""
    inside, there = [], []
    for start, length, size in zip(starts, patch, shape, strict=True):
        first, last = max(start, 0), min(start + length, size)
        inside.append(slice(first, last))
        there.append(slice(first - start, last - start))
    return tuple(inside), tuple(there)


def _turned(case: Case, middle: FloatArray, turn: FloatArray, patch: Shape) -> Sample:
    """Only the box of the exam that the turned patch reaches is read."""
    corners = np.stack(np.meshgrid(*[(0, n - 1) for n in patch], indexing="ij")).reshape(3, 8)
    reach = turn @ (corners - (np.asarray(patch)[:, None] - 1) / 2) + middle[:, None]
    low = np.floor(reach.min(axis=1)).astype(int) - 1
    size = np.ceil(reach.max(axis=1)).astype(int) + 2 - low
    part = _sliced(case, low.tolist(), (int(size[0]), int(size[1]), int(size[2])))
    offset = middle - turn @ ((np.asarray(patch) - 1) / 2) - low
    return Sample(
        sampled(part.images, turn, offset, patch), moved_label(part.label, turn, offset, patch)
    )


def _anywhere(window: Sequence[slice], rng: np.random.Generator) -> FloatArray:
    return np.asarray([rng.uniform(part.start, part.stop) for part in window])


def _rotation(axis: int, angle: float) -> FloatArray:
    a, b = [other for other in range(3) if other != axis]
    turn = np.eye(3)
    turn[a, a] = turn[b, b] = np.cos(angle)
    turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
    return turn
