"""How large a patch, and how many at once, fit a graphics card.

Memory in training follows the number of values that convolutions put out. The line between the
two was fitted to what nnU-Net states of its own configurations under mixed precision
(documentation/resenc_presets.md: M 9.1, L 22.7, XL 36.6 GB; default U-Net 7.9, here 7.9).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.segment.preset import NetworkParams, PlainParams, ResEncParams, ResUNetParams

Shape = tuple[int, int, int]
BASE_GB = 2.3
"""What training takes before the first patch."""
GB_PER_ELEMENT = 5.0e-9
"""Per value that a convolution puts out, with its gradient."""
USABLE = 0.9
"""Share of the free memory that is planned with."""
STEP = 32
"""Patches are multiples of it: what five halvings need."""
LONGEST = 192
MOST_PATCHES = 8
"""Largest batch."""
DATASET_SHARE = 0.05
"""Of a data set's voxels that one batch may hold, as nnU-Net has it."""
CPU_PATCH: Shape = (64, 64, 64)
"""Without a graphics card time binds, not memory."""
_CLASSES = 2
_RESUNET_LEVELS = 5
_FEWEST = 2


class Plan(NamedTuple):
    """Size of training."""

    patch: Shape
    batch: int
    estimate_gb: float
    """Memory of the graphics card that training will take, by the fitted line."""


def plan(
    network: NetworkParams,
    median_shape: Sequence[int],
    dataset_voxels: int,
    free_gb: float | None,
    *,
    gb_per_element: float = GB_PER_ELEMENT,
) -> Plan:
    """Choose patch and batch.

    Parameters
    ----------
    network
        What is trained.
    median_shape
        Voxels of the median exam along i, j, k, at 1 mm.
    dataset_voxels
        Of all exams together.
    free_gb
        Memory of the graphics card that is free, in 10^9 bytes; none: training runs on CPUs, with
        a fixed small patch.
    gb_per_element
        Where it was measured on the card at hand.

    Raises
    ------
    RecipeError
        GPU_TOO_SMALL where not even two patches of 32^3 fit.

    Notes
    -----
    Starts from the median exam, rounded up to 32 and at most 192; while two patches do not fit,
    takes 32 off the axis that covers most of the median exam, of equal ones the longer.
    """
    if free_gb is None:
        return _of(network, CPU_PATCH, _FEWEST, gb_per_element)
    allowed = allowed_elements(free_gb, gb_per_element)
    patch = _of_exam(median_shape)
    while _FEWEST * conv_elements(network, patch) > allowed:
        patch = _smaller(patch, median_shape, free_gb)
    few = DATASET_SHARE * dataset_voxels / math.prod(patch)
    most = min(MOST_PATCHES, int(few), int(allowed // conv_elements(network, patch)))
    return _of(network, patch, max(_FEWEST, most), gb_per_element)


def largest_batch(
    network: NetworkParams,
    patch: Shape,
    free_gb: float,
    *,
    gb_per_element: float = GB_PER_ELEMENT,
) -> int:
    """Patches of a given size that fit at once; 0 where not even one does."""
    return int(allowed_elements(free_gb, gb_per_element) // conv_elements(network, patch))


def training_gb(
    network: NetworkParams, patch: Shape, batch: int, *, gb_per_element: float = GB_PER_ELEMENT
) -> float:
    """Estimate the memory of the graphics card in training, in 10^9 bytes."""
    return BASE_GB + gb_per_element * batch * conv_elements(network, patch)


def allowed_elements(free_gb: float, gb_per_element: float = GB_PER_ELEMENT) -> float:
    """Values that convolutions may put out in one step; 0 where nothing fits."""
    return max(0.0, (USABLE * free_gb - BASE_GB) / gb_per_element)


def conv_elements(network: NetworkParams, patch: Shape) -> int:
    """Values that all convolutions put out for one patch."""
    if isinstance(network, ResUNetParams):
        i, j, k = (length // network.coarse for length in patch)
        return _resunet(network.base, (i, j, k))
    if isinstance(network, ResEncParams):
        return _resenc(network, patch)
    return _plain(network, patch)


def _resunet(base: int, patch: Shape) -> int:
    """Stem 3, down 1, encode 2, decode 3 convolutions; those of `up` run before up-sampling."""
    levels = [_halved(patch, level) for level in range(_RESUNET_LEVELS)]
    last = _RESUNET_LEVELS - 1
    # Stem, and the last decoder, which is as wide as what it takes in, with the head.
    total = levels[0] * (3 * base + 3 * 2 * base + _CLASSES)
    for level in range(1, _RESUNET_LEVELS):
        wide = base * 2**level
        decoded = 3 * wide if level < last else 0
        up = wide // 2
        total += levels[level] * (3 * wide + decoded + up)
    return total


def _resenc(network: ResEncParams, patch: Shape) -> int:
    """A stem; two convolutions a block, and one of the skip where the width changes."""
    levels = [_halved(patch, level) for level in range(len(network.features))]
    total = network.features[0] * levels[0]
    before = network.features[0]
    for wide, blocks, voxels in zip(network.features, network.blocks, levels, strict=True):
        total += wide * voxels * (2 * blocks + (wide != before))
        before = wide
    convs = [network.decoder_convs] * (len(levels) - 1)
    return total + _decoder(network.features, levels, convs, deep=network.deep_supervision)


def _plain(network: PlainParams, patch: Shape) -> int:
    levels, i, j, k = [], *patch
    for stride in network.strides:
        i, j, k = (math.ceil(n / s) for n, s in zip((i, j, k), stride, strict=True))
        levels.append(i * j * k)
    total = sum(
        wide * voxels * convs
        for wide, voxels, convs in zip(network.features, levels, network.encoder_convs, strict=True)
    )
    convs = network.decoder_convs[::-1]
    return total + _decoder(network.features, levels, convs, deep=network.deep_supervision)


def _decoder(
    features: Sequence[int], levels: Sequence[int], convs: Sequence[int], *, deep: bool
) -> int:
    """A transposed convolution, `convs` more and the head of each level but the coarsest."""
    return sum(
        levels[level] * (features[level] * (1 + count) + (_CLASSES if deep or level == 0 else 0))
        for level, count in enumerate(convs)
    )


def _halved(patch: Shape, times: int) -> int:
    return math.prod(math.ceil(n / 2**times) for n in patch)


def _of_exam(shape: Sequence[int]) -> Shape:
    i, j, k = (min(LONGEST, STEP * math.ceil(n / STEP)) for n in shape)
    return i, j, k


def _smaller(patch: Shape, median_shape: Sequence[int], free_gb: float) -> Shape:
    axes = [axis for axis in range(3) if patch[axis] > STEP]
    if not axes:
        raise RecipeError(
            ErrorCode.GPU_TOO_SMALL,
            "The network does not fit the graphics card",
            evidence={"free_gb": free_gb, "patch": patch},
            remedy="Take the preset `tiny`, or a card with more memory.",
        )
    axis = max(axes, key=lambda n: (patch[n] / median_shape[n], patch[n], -n))
    i, j, k = (n - STEP if place == axis else n for place, n in enumerate(patch))
    return i, j, k


def _of(network: NetworkParams, patch: Shape, batch: int, gb_per_element: float) -> Plan:
    estimate = training_gb(network, patch, batch, gb_per_element=gb_per_element)
    return Plan(patch, batch, round(estimate, 2))
