"""Masks of several readers together, by name: what an adjudicator sees beside the revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from breastdce.core.volume import Mask
from breastdce.review.consensus import majority
from breastdce.review.staple import StapleParams, staple


def _staple(masks: Sequence[Mask]) -> Mask:
    return staple(masks, StapleParams()).mask


TOGETHER: Mapping[str, Callable[[Sequence[Mask]], Mask]] = {
    "majority": majority,
    "staple": _staple,
}
"""Each takes the masks of at least two readers of one exam."""
