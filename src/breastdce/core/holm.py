"""Many tests at once: p values held against all of them together."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def holm(p: Mapping[K, float]) -> dict[K, float]:
    """Step-down adjustment of p values (Holm 1979); NaN stays NaN and is not counted."""
    known = sorted(
        (value, place) for place, value in enumerate(p.values()) if not math.isnan(value)
    )
    names, adjusted = list(p), dict(p)
    least = 0.0
    for rank, (value, place) in enumerate(known):
        least = max(least, min(1.0, value * (len(known) - rank)))
        adjusted[names[place]] = least
    return adjusted
