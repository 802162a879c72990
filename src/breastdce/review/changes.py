"""A change of a mask: runs of voxels that take a new value, as the browser and the ledger pass it.

Voxels are counted n = i + I (j + J k), the order of the NIfTI file. Undoing a change is another
change, with the values turned; so a history of changes is only ever added to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

MOST_BYTES = 4 << 20
"""Largest change that is taken: 350,000 runs, more than any stroke or tool makes."""
_RUN_BYTES = 12
_WORD = np.dtype("<u4")
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Runs of voxels with their new value, ascending and disjoint.

    Parameters
    ----------
    runs
        uint32, shape (n, 3): first voxel, number of voxels, new value (0 or 1).
    """

    runs: NDArray[np.uint32]

    @property
    def voxels_added(self) -> int:
        """Voxels that become part of the mask."""
        return int(self.runs[self.runs[:, 2] == 1, 1].sum(dtype=np.int64))

    @property
    def voxels_removed(self) -> int:
        """Voxels that leave the mask."""
        return int(self.runs[self.runs[:, 2] == 0, 1].sum(dtype=np.int64))

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not self.runs.size

    def turned(self) -> Change:
        """The change that undoes this one."""
        runs = self.runs.copy()
        runs[:, 2] ^= 1
        return Change(runs)

    def to_bytes(self) -> bytes:
        """12 bytes a run: first, length, value as little-endian uint32."""
        return self.runs.astype(_WORD, copy=False).tobytes()

    def _where(self) -> tuple[NDArray[np.int64], Bools]:
        """Each voxel and its new value, in order."""
        first, length = self.runs[:, 0].astype(np.int64), self.runs[:, 1].astype(np.int64)
        ends = np.cumsum(length)
        within = np.arange(ends[-1] if ends.size else 0) - np.repeat(ends - length, length)
        return np.repeat(first, length) + within, np.repeat(self.runs[:, 2] == 1, length)


NO_CHANGE = Change(np.zeros((0, 3), np.uint32))


def read_change(payload: bytes | memoryview, voxels: int) -> Change:
    """Read the bytes of a change of a mask with so many voxels; nothing in them is trusted.

    Raises
    ------
    InputError
        CHANGE_INVALID when it is too large, no whole number of runs, or a run is empty, beyond the
        image, out of order, or has a value other than 0 and 1.
    """
    if len(payload) > MOST_BYTES or len(payload) % _RUN_BYTES:
        raise _invalid("no whole number of runs, or too many", bytes=len(payload))
    runs = np.frombuffer(payload, _WORD).reshape(-1, 3).astype(np.uint32)
    first, length = runs[:, 0].astype(np.int64), runs[:, 1].astype(np.int64)
    ends = first + length
    if (length < 1).any() or (ends > voxels).any():
        raise _invalid("a run is empty or beyond the image", voxels=voxels)
    if (first[1:] < ends[:-1]).any():
        raise _invalid("the runs are not ascending and apart", runs=len(runs))
    if (runs[:, 2] > 1).any():
        raise _invalid("a value is neither 0 nor 1", runs=len(runs))
    return Change(runs)


def apply(mask: Bools, change: Change) -> Bools:
    """The mask after a change; the one given stays as it is.

    Parameters
    ----------
    mask
        Bool, [i, j, k], Fortran order.
    change
        Of this mask: every voxel in it has the other value so far.

    Raises
    ------
    InputError
        CHANGE_INVALID when a voxel has the new value already: the change is of another mask.
    """
    changed = mask.copy(order="F")
    draw(changed, change)
    return changed


def draw(mask: Bools, change: Change) -> None:
    """Change a mask in place, or not at all; else as `apply`."""
    voxels = mask.reshape(-1, order="F")
    if not np.shares_memory(voxels, mask):
        raise ValueError("not in Fortran order")
    where, values = change._where()
    if where.size and int(where[-1]) >= voxels.size:
        raise _invalid("a run is beyond the image", voxels=voxels.size)
    if (voxels[where] == values).any():
        raise _invalid("it holds voxels that do not change", voxels=where.size)
    voxels[where] = values


def between(old: Bools, new: Bools) -> Change:
    """The change that makes `new` of `old`, two masks of one shape, with as few runs as can be."""
    before, after = old.reshape(-1, order="F"), new.reshape(-1, order="F")
    where = np.flatnonzero(before != after)
    if not where.size:
        return NO_CHANGE
    values = after[where]
    starts = np.flatnonzero((np.diff(where) != 1) | (values[1:] != values[:-1])) + 1
    starts = np.concatenate([[0], starts])
    lengths = np.diff(np.concatenate([starts, [where.size]]))
    return Change(np.stack([where[starts], lengths, values[starts]], axis=1).astype(np.uint32))


def _invalid(why: str, **evidence: int) -> InputError:
    return InputError(ErrorCode.CHANGE_INVALID, evidence={"why": why, **evidence})
