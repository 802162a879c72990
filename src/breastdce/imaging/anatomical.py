"""An image seen along the axes of the body: x to the right, y to the front, z to the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume

FloatArray = NDArray[np.float64]
Image = NDArray[np.float32]
Span = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Anatomical:
    """How a grid's axes lie to the body: each grid axis stands for the nearest of x, y and z.

    An oblique grid is taken as the straight one that it is nearest to: positions are then those
    of the turned body, good for shapes, not for positions of single voxels.
    """

    order: tuple[int, int, int]
    """Which grid axis runs along x, y and z."""
    flipped: tuple[bool, bool, bool]
    """Whether that axis runs to the left, to the back, to the feet."""
    step_mm: Span
    first_mm: Span
    """Position of the first center along x, y and z, of a straight grid with the same center."""

    @classmethod
    def of(cls, grid: Grid) -> Anatomical:
        """Match the axes of `grid` with those of the body, each once, by the largest cosines."""
        left = np.abs(grid.direction)
        order = [0, 0, 0]
        for _ in range(3):
            ras, axis = (int(n) for n in np.unravel_index(int(left.argmax()), left.shape))
            order[ras] = axis
            left = np.where((np.arange(3)[:, None] == ras) | (np.arange(3) == axis), -1.0, left)
        step = np.asarray(grid.spacing_mm)[order]
        half = (np.asarray(grid.shape)[order] - 1) / 2
        middle = (grid.affine @ [*((np.asarray(grid.shape) - 1) / 2), 1.0])[:3]
        first = middle - half * step
        return cls(
            (order[0], order[1], order[2]),
            (
                bool(grid.direction[0, order[0]] < 0),
                bool(grid.direction[1, order[1]] < 0),
                bool(grid.direction[2, order[2]] < 0),
            ),
            (float(step[0]), float(step[1]), float(step[2])),
            (float(first[0]), float(first[1]), float(first[2])),
        )

    def view(self, data: NDArray[np.generic]) -> NDArray[np.generic]:
        """The same voxels indexed [x, y, z], all ascending; no copy is made."""
        turned = data.transpose(self.order)
        return turned[tuple(slice(None, None, -1 if back else 1) for back in self.flipped)]


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """Means over blocks of voxels, indexed [x, y, z]."""

    data: Image
    step_mm: Span
    first_mm: Span
    """Position of the center of the first block."""

    def along(self, axis: int) -> FloatArray:
        """Positions of the centers along x (0), y (1) or z (2), in mm."""
        steps = np.arange(self.data.shape[axis])
        return np.asarray(self.first_mm[axis] + self.step_mm[axis] * steps, np.float64)


def coarse_view(volume: Volume, block_mm: float) -> Coarse:
    """Average blocks of about `block_mm`; what is left over at the upper ends is dropped.

    Parameters
    ----------
    volume
        Float32, [i, j, k].
    block_mm
        Edge of a block; a voxel that is larger stays alone.
    """
    body = Anatomical.of(volume.grid)
    view = np.asarray(body.view(volume.data), np.float32)
    size = [
        min(n, max(1, round(block_mm / step)))
        for n, step in zip(view.shape, body.step_mm, strict=True)
    ]
    data = view
    for axis in sorted(range(3), key=lambda a: -abs(view.strides[a])):
        data = _averaged(data, axis, size[axis])
    first = [f + s * (n - 1) / 2 for f, s, n in zip(body.first_mm, body.step_mm, size, strict=True)]
    step = [s * n for s, n in zip(body.step_mm, size, strict=True)]
    return Coarse(
        np.ascontiguousarray(data), (step[0], step[1], step[2]), (first[0], first[1], first[2])
    )


def _averaged(data: Image, axis: int, size: int) -> Image:
    """Mean over runs of `size` along an axis, one strided view after the other."""
    if size == 1:
        return data
    count = data.shape[axis] // size
    lines = np.moveaxis(data, axis, 0)
    total = np.array(lines[0 : count * size : size])
    for offset in range(1, size):
        total += lines[offset : count * size : size]
    total /= np.float32(size)
    return np.moveaxis(total, 0, axis)
