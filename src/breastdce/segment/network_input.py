"""From a data set's images to what a network of a bundle expects, and its answer back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.segment.bundle import AXIS, ModelCard

Images = NDArray[np.float32]
_LEAST_SD = 1e-8  # nnU-Net's, for an image of one value


def to_network(images: Images, card: ModelCard) -> Images:
    """Normalize whole images as the bundle states, and turn them to the network's axes.

    Parameters
    ----------
    images
        Float32, [phase, x, y, z] running to the right, the front and the head; the phases that
        `card.in_phases` names, z-scored together as in a data set's `images/`. The whole exam,
        since means are taken over all of it.
    card
        Of the bundle.

    Returns
    -------
    ndarray
        Float32, [phase, a, b, c] along the letters of `card.orientation`, C order.

    Notes
    -----
    A z-score of each phase is the same whether it is taken of the signal or of the images that
    were z-scored together.
    """
    if card.normalization == "per_channel":
        mean = images.mean(axis=(1, 2, 3), dtype=np.float64, keepdims=True)
        sd = images.std(axis=(1, 2, 3), dtype=np.float64, keepdims=True)
        images = ((images - mean) / np.maximum(sd, _LEAST_SD)).astype(np.float32)
    order, steps = _turn(card.orientation)
    turned = images.transpose(0, *(axis + 1 for axis in order))
    return np.ascontiguousarray(turned[:, *steps])


def from_network(answer: Images, card: ModelCard) -> Images:
    """Turn [a, b, c] along the network's axes back to [x, y, z]; a view."""
    order, steps = _turn(card.orientation)
    i, j, k = (order.index(axis) for axis in range(3))
    return answer[steps].transpose(i, j, k)


def _turn(orientation: str) -> tuple[tuple[int, ...], tuple[slice, ...]]:
    """Body axis of each axis of the network, and the step that makes it run as stated."""
    order = tuple(AXIS[letter] for letter in orientation)
    return order, tuple(slice(None, None, 1 if letter in "RAS" else -1) for letter in orientation)
