"""Connected parts of a mask: labels, sizes, and a stated connectivity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.zones import label_zones

Connectivity = Literal[6, 18, 26]
_RANK: dict[Connectivity, int] = {6: 1, 18: 2, 26: 3}  # coordinates in which neighbors may differ


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The connected parts of a mask, largest first.

    Parts of equal size are in the order of their first voxel, slice by slice, row by row.
    """

    labels: NDArray[np.int32]
    """0 outside, then 1 for the largest part, 2 for the next; indexed [i, j, k]."""
    sizes: NDArray[np.int64]
    """Voxels of parts 1, 2, ...; empty for an empty mask."""

    @property
    def count(self) -> int:
        """How many parts there are."""
        return int(self.sizes.size)

    def select(self, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Voxels of the parts whose entry in `keep` (one per part, largest first) is true."""
        chosen: NDArray[np.bool_] = np.concatenate(([False], keep))[self.labels]
        return chosen

    def touched_by(self, region: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each part, whether at least one of its voxels lies in `region`."""
        hits = np.bincount(self.labels.T[region.T], minlength=self.count + 1)
        touched: NDArray[np.bool_] = hits[1:] > 0
        return touched


def connected_parts(mask: NDArray[np.bool_], connectivity: Connectivity = 26) -> Parts:
    """Label the connected parts of a mask.

    Parameters
    ----------
    mask
        Bool, [i, j, k].
    connectivity
        Which neighbors belong together: 6 share a face, 18 a face or edge, 26 a corner as well.

    Returns
    -------
    Parts
        Labels on the mask's grid, in descending order of size.
    """
    # A margin all around lets a step in memory be a step in space.
    padded = np.zeros([n + 2 for n in mask.shape], np.uint16, order="F")
    padded[1:-1, 1:-1, 1:-1] = mask
    flat = padded.ravel(order="K")
    where = np.flatnonzero(flat)
    part = label_zones(flat, where, _steps_back(padded.shape, connectivity))
    sizes = np.bincount(part)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(sizes.size, np.int32)
    rank[order] = np.arange(1, sizes.size + 1, dtype=np.int32)
    labels = np.zeros(flat.size, np.int32)
    labels[where] = rank[part]
    inside = labels.reshape(padded.shape, order="F")[1:-1, 1:-1, 1:-1]
    return Parts(inside, sizes[order].astype(np.int64))


def _steps_back(shape: tuple[int, ...], connectivity: Connectivity) -> NDArray[np.int64]:
    """Distances in memory to the neighbors that come first, of an array in Fortran order."""
    steps = np.indices((3, 3, 3)).reshape(3, -1) - 1
    near = steps[:, np.count_nonzero(steps, axis=0) <= _RANK[connectivity]]
    distances = near[0] + shape[0] * (near[1] + shape[1] * near[2])
    return np.ascontiguousarray(distances[distances < 0])
