"""Connected parts of a mask: labels, sizes, and a stated connectivity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breastdce.core.volume import Mask

Connectivity = Literal[6, 18, 26]
_RANK: dict[Connectivity, int] = {6: 1, 18: 2, 26: 3}  # shared coordinates that may differ


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


def connected_parts(mask: Mask, connectivity: Connectivity = 26) -> Parts:
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
    structure = ndimage.generate_binary_structure(3, _RANK[connectivity])
    # The transpose of a Fortran array is contiguous, and the structure is symmetric.
    raw, count = ndimage.label(mask.data.T, structure=structure)
    sizes = np.bincount(raw.ravel(), minlength=count + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    rank = np.zeros(count + 1, dtype=np.int32)
    rank[order + 1] = np.arange(1, count + 1, dtype=np.int32)
    return Parts(rank[raw].T, sizes[order].astype(np.int64))
