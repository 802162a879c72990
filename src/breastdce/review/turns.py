"""The 48 ways in which the axes of a mask may be exchanged and reversed, and which one happened.

A mask that an editor gives back is compared with the mask that the editor was given. Each turn is
judged by the edit that it would imply: the number of voxels in which the turned mask and the given
one differ. A turn is told only where every other turn would imply an edit at least twice as large;
otherwise all turns that remain are named.

Why twice. Let e be the voxels that the reader really changed and a the voxels in which the given
mask differs from itself turned in another way. The other turn implies an edit of at least a - e.
So the right turn is told whenever e <= a / 3, and a wrong one never while e < 2 a / 3. A lesion
that does not overlap itself when turned has a equal to twice its own size: changes of up to two
thirds of it are still told. A told turn has a Dice coefficient of at least 0.5, since no turn
implies an edit larger than both masks together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.imaging.alignment import Turn, turn_towards

BoolArray = NDArray[np.bool_]
STRAIGHT = Turn((0, 1, 2), (False, False, False))
ALL_TURNS: tuple[Turn, ...] = tuple(
    Turn((i, j, k), (along_i, along_j, along_k))
    for i, j, k in permutations((0, 1, 2))
    for along_i, along_j, along_k in product((False, True), repeat=3)
)
"""`STRAIGHT` is the first."""
CLEAR_FACTOR = 2
"""How many times as large the edit must be that any other turn would imply."""
_AXES = "ijk"
_ENDS = ("left and right", "front and back", "head and feet")  # along R, A, S


@dataclass(frozen=True, slots=True)
class Overlap:
    """What one turn would mean."""

    turn: Turn
    """Brings the edited mask onto the image."""
    changed: int
    """Voxels in which the turned mask and its parent differ."""
    dice: float


def overlaps(edited: BoolArray, parent: BoolArray) -> tuple[Overlap, ...]:
    """Every turn that gives `edited` the shape of `parent`, the smallest implied edit first.

    Parameters
    ----------
    edited, parent
        Masks [i, j, k] that are not both empty; any shapes.

    Returns
    -------
    tuple
        Empty when no order of the axes fits. Equal edits stand in the order of `ALL_TURNS`.
    """
    fitting = [turn for turn in ALL_TURNS if _turned_shape(turn, edited) == parent.shape]
    inside = np.argwhere(edited)
    both = len(inside) + int(np.count_nonzero(parent))
    found = []
    for turn in fitting:
        common = int(np.count_nonzero(parent[_turned_index(turn, inside, parent.shape)]))
        found.append(Overlap(turn, both - 2 * common, 2 * common / both))
    return tuple(sorted(found, key=lambda overlap: overlap.changed))


def plausible(found: tuple[Overlap, ...]) -> tuple[Turn, ...]:
    """Turns that cannot be ruled out, the best first; a single one is told for certain."""
    if not found:
        return ()
    least = found[0].changed
    return tuple(
        overlap.turn
        for overlap in found
        if overlap.changed == least or overlap.changed < CLEAR_FACTOR * least
    )


def in_words(turn: Turn, direction: FloatArray) -> str:
    """Say what is exchanged; each of the 48 turns has words of its own.

    Parameters
    ----------
    turn
        Brings the mask onto the image.
    direction
        Of the image: 3 x 3, columns are the unit vectors of i, j, k in RAS+.
    """
    if turn == STRAIGHT:
        return "nothing is exchanged"
    facing = turn_towards(direction, np.eye(3))
    parts = [_order_words(turn.order)] if turn.order != STRAIGHT.order else []
    for axis in range(3):
        if not turn.flips[axis]:
            continue
        reversed_ = f"axis {_AXES[axis]} is reversed"
        ends = None if facing is None else _ENDS[facing.order.index(axis)]
        parts.append(reversed_ if ends is None else f"{ends} are exchanged ({reversed_})")
    return " and ".join(parts)


def _order_words(order: tuple[int, int, int]) -> str:
    moved = [axis for axis in range(3) if order[axis] != axis]
    if len(moved) == 2:
        return " and ".join(_AXES[axis] for axis in moved) + " are exchanged"
    return "the axes are exchanged in a ring: i, j, k of the image are " + ", ".join(
        _AXES[axis] for axis in order
    )


def _turned_shape(turn: Turn, data: BoolArray) -> tuple[int, ...]:
    return tuple(data.shape[axis] for axis in turn.order)


def _turned_index(
    turn: Turn, inside: NDArray[np.intp], shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], ...]:
    """Where voxels, shape (n, 3), come to lie; `shape` is that of the turned array."""
    columns = (inside[:, axis] for axis in turn.order)
    return tuple(
        size - 1 - column if flip else column
        for column, flip, size in zip(columns, turn.flips, shape, strict=True)
    )
