"""Which neighbors are looked at, in a stated order."""

from __future__ import annotations

Offset = tuple[int, int, int]

IN_SPACE: tuple[Offset, ...] = tuple(
    (i, j, k) for k in (0, 1) for j in (-1, 0, 1) for i in (-1, 0, 1) if (k, j, i) > (0, 0, 0)
)
"""The 13 directions to the 26 neighbors, one of each opposite pair."""
IN_PLANE: tuple[Offset, ...] = tuple(offset for offset in IN_SPACE if offset[2] == 0)
"""The 4 directions to the 8 neighbors within a slice (fixed k)."""


def both_ways(directions: tuple[Offset, ...]) -> tuple[Offset, ...]:
    """Every direction and its opposite."""
    return directions + tuple((-i, -j, -k) for i, j, k in directions)


def captk_offsets(radius: int) -> tuple[Offset, ...]:
    """Offsets that CaPTk 1.8.1 takes for a radius in voxels.

    It numbers the (2 radius + 1)^3 positions of a neighborhood with i fastest and takes numbers
    26 down to 0 without the center (`FeatureExtraction.h`, GetOffsetVector). For radius 1 these
    are all 26 neighbors; for radius 3 only positions of the lowest plane.
    """
    side = 2 * radius + 1
    numbers = (number for number in range(26, -1, -1) if number != side**3 // 2)
    return tuple(
        (number % side - radius, number // side % side - radius, number // side**2 - radius)
        for number in numbers
    )
