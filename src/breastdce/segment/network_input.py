"""Images as a network of a bundle expects them: its intensities, its axes, and its answer back."""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from breastdce.segment.bundle import AXIS, ModelCard
from breastdce.segment.preset import Shape

Array = NDArray[np.float32]
_LEAST_SD = 1e-8  # nnU-Net's, for an image of one value


class Network(Protocol):
    """Images [phase, a, b, c] to probabilities [a, b, c], along axes of its own."""

    @property
    def divisor(self) -> Shape:
        """What each axis must be a multiple of."""

    def __call__(self, images: Array) -> Array:
        """Float32 both."""


def normalized(images: Array, card: ModelCard) -> Array:
    """Intensities as the bundle states them.

    Parameters
    ----------
    images
        Float32, [phase, x, y, z]; the phases that `card.in_phases` names, z-scored together as in
        a data set's `images/`. The whole exam, since means are taken over all of it.
    card
        Of the bundle.

    Notes
    -----
    A z-score of each phase is the same whether it is taken of the signal or of the images that
    were z-scored together.
    """
    if card.normalization == "pooled":
        return images
    mean = images.mean(axis=(1, 2, 3), dtype=np.float64, keepdims=True)
    sd = images.std(axis=(1, 2, 3), dtype=np.float64, keepdims=True)
    return cast(Array, ((images - mean) / np.maximum(sd, _LEAST_SD)).astype(np.float32))


def patch_along_body(card: ModelCard) -> Shape:
    """The patch of a bundle along x, y and z."""
    return along_body(card.patch, card.orientation)


class Turned:
    """A network with axes of its own, made to take and to give [x, y, z].

    They run to the right, the front and the head. Whoever mirrors left for right, cuts windows or
    looks up voxels need then not know how the network was trained.
    """

    def __init__(self, network: Network, orientation: str) -> None:
        self._network, self._order = network, tuple(AXIS[letter] for letter in orientation)
        self._steps = tuple(slice(None, None, 1 if one in "RAS" else -1) for one in orientation)
        self.divisor = along_body(network.divisor, orientation)

    def __call__(self, images: Array) -> Array:
        """[phase, x, y, z] to [x, y, z], float32."""
        turned = images.transpose(0, *(axis + 1 for axis in self._order))[:, *self._steps]
        answer = self._network(np.ascontiguousarray(turned))[self._steps]
        return answer.transpose(*(self._order.index(axis) for axis in range(3)))


def along_body(values: Shape, orientation: str) -> Shape:
    """Numbers along the letters of an orientation, brought to x, y and z."""
    of_axis = dict(zip((AXIS[letter] for letter in orientation), values, strict=True))
    return of_axis[0], of_axis[1], of_axis[2]
