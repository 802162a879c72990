"""Where the voxels of an exam lie, kept as three short axes, and smooth random fields on them.

Slices of such an exam are sagittal or axial, so each RAS axis runs along one array axis: a
coordinate is an array with one long axis that broadcasts, which spares most of the memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from breastdce.core.grid import Grid, Window
from breastdce.testing.shapes import Array, Point

_STEPS_PER_SIGMA = 1.6  # a field sampled finer than this and stretched linearly looks smooth


@dataclass(frozen=True, slots=True)
class Frame:
    """A box of voxels of 1 mm: positions in RAS+ mm, and where the box lies in the exam."""

    grid: Grid
    window: Window
    x: Array
    """Right is +; shapes (n, 1, 1), (1, n, 1) or (1, 1, n). Likewise `y` (anterior), `z`."""
    y: Array
    z: Array

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along i, j, k."""
        i, j, k = (cut.stop - cut.start for cut in self.window)
        return (i, j, k)

    def box(self, center: Point, half_mm: float) -> Frame | None:
        """Return the part within `half_mm` of a point along each axis; None when outside."""
        index = (np.subtract(center, self.grid.origin_mm)) @ self.grid.direction
        cuts = []
        for middle, size in zip(index, self.grid.shape, strict=True):
            first, last = int(max(0, middle - half_mm)), int(min(size, middle + half_mm + 1))
            if last - first < 1:
                return None
            cuts.append(slice(first, last))
        return _cut(self.grid, (cuts[0], cuts[1], cuts[2]))


def whole(grid: Grid) -> Frame:
    """Return the frame of all voxels of a grid whose axes run along those of RAS."""
    i, j, k = (slice(0, size) for size in grid.shape)
    return _cut(grid, (i, j, k))


def _cut(grid: Grid, window: Window) -> Frame:
    axes = []
    for ras in range(3):
        along = int(np.abs(grid.direction[ras]).argmax())
        index = np.arange(window[along].start, window[along].stop, dtype=np.float32)
        sign = np.float32(grid.direction[ras, along])
        line = np.float32(grid.origin_mm[ras]) + sign * index
        axes.append(line.reshape([-1 if axis == along else 1 for axis in range(3)]))
    return Frame(grid, window, axes[0], axes[1], axes[2])


def field(frame: Frame, rng: np.random.Generator, scale_mm: Point) -> Array:
    """Gaussian noise with mean 0 and SD 1, smooth over `scale_mm` along RAS x, y, z.

    White noise on a coarse lattice, smoothed there, and stretched linearly to the voxels.
    """
    from scipy import ndimage

    along = np.abs(frame.grid.direction).T @ np.asarray(scale_mm)
    steps = np.maximum(along / _STEPS_PER_SIGMA, 1.0)
    coarse = [int(np.ceil(n / s)) + 2 for n, s in zip(frame.shape, steps, strict=True)]
    white = rng.standard_normal(coarse, dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, along / steps, mode="wrap", truncate=3.0)
    smooth = (smooth - smooth.mean()) / max(float(smooth.std()), 1e-6)
    for axis, step in enumerate(steps):
        smooth = stretch(smooth, axis, frame.shape[axis], 1 / step)
    return np.asarray(smooth, np.float32)


def stretch(values: Array, axis: int, size: int, pace: float, first: float = 0.0) -> Array:
    """Interpolate linearly along one axis: `size` samples, `pace` old steps apart.

    The sample at old position `first` is the first one; beyond the ends the last value holds.
    """
    at = np.clip(first + np.arange(size) * pace, 0, values.shape[axis] - 1)
    low = np.minimum(at.astype(np.intp), values.shape[axis] - 2)
    part = (at - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
    start, end = np.take(values, low, axis), np.take(values, low + 1, axis)
    end -= start
    end *= part
    start += end
    return np.asarray(start, np.float32)


def egg(frame: Frame, center: Point, radii: Point, power: float = 2.0) -> Array:
    """Level of a superellipsoid: 1 at its surface, 0 at its center; broadcasts lazily."""
    terms = [
        np.abs((line - np.float32(middle)) / np.float32(radius)) ** np.float32(power)
        for line, middle, radius in zip((frame.x, frame.y, frame.z), center, radii, strict=True)
        if np.isfinite(radius)
    ]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return np.asarray(total ** np.float32(1 / power), np.float32)


def cover(distance: Array, width_mm: float = 1.0) -> Array:
    """Share of each voxel inside a shape of signed distance in mm, negative inside."""
    share = np.float32(0.5) - distance / np.float32(width_mm)
    return np.asarray(np.clip(share, 0, 1, out=share), np.float32)
