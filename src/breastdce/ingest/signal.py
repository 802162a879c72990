"""What a look at a few slices tells: contrast arrival, copies, subtractions, broken values.

A few slices from the middle of each volume are read once and kept while one study is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from breastdce.core.errors import BreastDceError
from breastdce.ingest.series import Part
from breastdce.ingest.volumes import ReadPixels, Stack

Image = NDArray[np.float32]

SAMPLES = 4
"""Slices read of each volume."""
BLOCK = 4
"""In-plane block (voxels) that is averaged before phases are compared: it tames the noise."""
TISSUE = 0.1
"""Blocks above this part of the 99th percentile of the mean of two phases are tissue."""
EXTREME = 0.02
"""The part of the tissue that counts as its brightest."""
LEAST_JUMP = 0.10
"""Least mean relative rise of the brightest part that is contrast."""
ONE_SIDED = 1.5
"""Noise and motion brighten and darken alike; contrast brightens at least this much more.

Measured on two exams: 2.6 and 4.8 between pre- and first post-contrast, 0.9 to 1.2 among posts.
"""
DOUBTFUL = 1.2
"""Between this and ONE_SIDED the signal neither confirms nor denies contrast."""
NEGATIVE_SHARE = 0.20
"""More negative voxels than this make a subtraction."""


class Change(StrEnum):
    """How one phase differs from another."""

    RISE = "rise"
    FALL = "fall"
    DOUBT = "doubt"
    NONE = "none"


@dataclass(eq=False)
class Signal:
    """Looks at pixels and remembers what was read."""

    read: ReadPixels
    _samples: dict[Stack, Image] = field(default_factory=dict)

    def sample(self, stack: Stack) -> Image:
        """A few slices from the middle part of a volume, shape [i, j, samples]."""
        if stack not in self._samples:
            n = len(stack.slices)
            chosen = sorted({int(i) for i in np.linspace(0.3 * n, 0.7 * n, SAMPLES)})
            self._samples[stack] = self.read([stack.slices[i].ref for i in chosen])
        return self._samples[stack]

    def fault(self, stack: Stack) -> str:
        """Why the sample of a volume cannot be read, in words; empty where it can."""
        try:
            self.sample(stack)
        except BreastDceError as error:
            return f"pixels cannot be read: {error.code}"
        return ""

    def change(self, before: Stack, after: Stack) -> tuple[Change, float]:
        """Whether `after` is brighter in its brightest part than `before`, and by how much.

        The change is taken relative to the mean of both, so that exchanging them only changes its
        sign; noise then raises both ends alike.
        """
        a, b = _blocks(self.sample(before)), _blocks(self.sample(after))
        mean = 0.5 * (a + b)
        tissue = (mean > TISSUE * np.percentile(mean, 99)) & (mean > 0)
        if not tissue.any():
            return Change.NONE, 0.0
        relative = np.sort((b[tissue] - a[tissue]) / mean[tissue])
        n = max(1, int(EXTREME * relative.size))
        up, down = float(relative[-n:].mean()), float(-relative[:n].mean())
        return _judge(up, down), up

    def is_flat(self, stack: Stack) -> bool:
        """Whether a whole volume has one value; read whole only when the sample is flat."""
        if np.ptp(self.sample(stack)) > 0:
            return False
        whole = self._whole(stack)
        return whole is not None and bool(np.ptp(whole) == 0)

    def is_copy(self, stack: Stack, of: Stack) -> bool:
        """Whether two volumes hold the same values; read whole only when the samples agree."""
        if not np.array_equal(self.sample(stack), self.sample(of)):
            return False
        one, other = self._whole(stack), self._whole(of)
        return one is not None and other is not None and bool(np.array_equal(one, other))

    def is_subtraction(self, stack: Stack, others: Sequence[Stack]) -> str:
        """Why a volume is the difference of two others, in words; empty where it is not."""
        own = self.sample(stack)
        negative = float((own < 0).mean())
        if negative > NEGATIVE_SHARE:
            return f"{100 * negative:.0f} % of the values are negative"
        images = [self.sample(other) for other in others]
        for i, a in enumerate(images):
            for j, b in enumerate(images):
                if i != j and _is_difference(own, a, b):
                    return f"equals volume {j} minus volume {i} of the series it was compared with"
        return ""

    def _whole(self, stack: Stack) -> Image | None:
        """None where some slice is unreadable, which loading will report with its place."""
        try:
            return self.read([item.ref for item in stack.slices])
        except BreastDceError:
            return None


def _blocks(image: Image) -> NDArray[np.float64]:
    """In-plane block means, shape [i / 4, j / 4, samples]."""
    ni, nj = (max(1, size // BLOCK) for size in image.shape[:2])
    bi, bj = image.shape[0] // ni, image.shape[1] // nj
    cut = image[: ni * bi, : nj * bj].astype(np.float64)
    blocks: NDArray[np.float64] = cut.reshape(ni, bi, nj, bj, -1).mean(axis=(1, 3))
    return blocks


def _judge(up: float, down: float) -> Change:
    if up >= LEAST_JUMP and up >= ONE_SIDED * down:
        return Change.RISE
    if down >= LEAST_JUMP and down >= ONE_SIDED * up:
        return Change.FALL
    doubtful = up >= LEAST_JUMP and up >= DOUBTFUL * down
    return Change.DOUBT if doubtful else Change.NONE


def _is_difference(own: Image, a: Image, b: Image) -> bool:
    """Whether `own` is b - a, clipped at 0, folded or as it is, within rounding."""
    coarse = (slice(None, None, 8), slice(None, None, 8))
    return _matches(own[coarse], a[coarse], b[coarse]) and _matches(own, a, b)


def _matches(own: Image, a: Image, b: Image) -> bool:
    difference = b - a
    telling = (difference != 0) & (own != 0)
    if telling.mean() < 0.01:  # two equal or empty images prove nothing
        return False
    forms = (difference, np.maximum(difference, 0), np.abs(difference))
    return any(float((np.abs(own - form) <= 1.0).mean()) >= 0.99 for form in forms)


def value_fault(part: Part, read: ReadPixels) -> str:
    """What is wrong with the values of a part's middle slice, in words; empty where nothing is."""
    item = part.slices[len(part.slices) // 2]
    try:
        values = read([item.ref]).astype(np.float64)
    except BreastDceError as error:
        return f"pixels cannot be read: {error.code}"
    slope, intercept = item.frame.rescale_slope, item.frame.rescale_intercept
    stored = (values - (intercept or 0.0)) / (1.0 if slope is None else slope)
    signed = item.header.pixel_representation == 1
    bits = item.header.bits_stored - (1 if signed else 0)
    low, high = (-(2.0**bits) if signed else 0.0), 2.0**bits - 1.0
    # float32 keeps 24 bits: a unit of rounding is allowed after the rescale is undone
    if stored.min() < low - 1.0 or stored.max() > high + 1.0:
        return (
            f"stored values {stored.min():.0f} to {stored.max():.0f}, "
            f"{item.header.bits_stored} bits allow {low:.0f} to {high:.0f}"
        )
    return ""
