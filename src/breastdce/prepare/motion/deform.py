"""Find a smooth deformation by least squares: Gauss and Newton's method on a cubic B-spline.

Looked for is the field with the least N ln(S) + cost(field), where S is the mean squared difference
of the two images and N the volume of what is compared: how probable the images are with the field,
if their noise is unknown, and how probable the field is. Steps use the slopes of the fixed image,
as Thirion (Med Image Anal 1998;2:243) does. Those of the moving image would pull it to positions
between its voxels, where interpolation takes noise off. All voxels count in each step, so there is
no chance in it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid
from breastdce.core.transform import Rigid, Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.warp import Warp, displacement_mm
from breastdce.prepare.motion.deform_loops import add_forces, add_stiffness
from breastdce.prepare.motion.lattice import Lattice, matrix

_LEAST_VOXELS = 0.7  # SD of smoothing: differences of neighbors are slopes from here on
_EDGE_VOXELS = 1e-6  # beyond the outermost centers: rounding
_LEAST_FALL = 1e-3  # of ln S: a step that takes less is the last one
_STEPS = 10  # a level takes two to six


def find_deformation(
    fixed: Volume,
    moving: Volume,
    mask: Mask,
    rigid: Rigid | None,
    lattice: Lattice,
    cost: Any,
    levels_mm: tuple[float, ...],
) -> Transform | None:
    """The deformation after a rigid move.

    Parameters
    ----------
    fixed, moving, mask
        On one grid, that of `lattice`; where the images are compared.
    cost
        Of `Lattice.cost`.
    levels_mm
        SD of the smoothing of both images, coarse to fine.

    Returns
    -------
    Transform or None
        `rigid` and the deformation; None for an empty mask and for an even image.
    """
    mask = Mask(np.asfortranarray(mask.data & _seen(fixed.grid, rigid)), mask.grid)
    if not mask.data.any():
        return None
    moves = np.zeros((*lattice.shape, 3))
    for sd_mm in levels_mm:
        level = _Level(fixed, moving, mask, rigid, lattice, cost, sd_mm)
        found = level.improved(moves)
        if found is None:
            return None
        moves = found
    return Transform(rigid, lattice.spline(moves, rigid))


class _Level:
    """Both images at one smoothness."""

    def __init__(
        self,
        fixed: Volume,
        moving: Volume,
        mask: Mask,
        rigid: Rigid | None,
        lattice: Lattice,
        cost: Any,
        sd_mm: float,
    ) -> None:
        grid = fixed.grid
        self._rigid, self._lattice, self._cost = rigid, lattice, cost
        self._moving = Warp(_smoothed(moving, sd_mm))
        self._where = np.ascontiguousarray(mask.data.T)
        self._fixed = np.ascontiguousarray(_smoothed(fixed, sd_mm).data.T)
        along = np.gradient(self._fixed, *grid.spacing_mm[::-1])
        self._slope = np.stack([np.asarray(each) for each in along[::-1]], axis=-1)
        self._taps = lattice.taps()
        self._voxel_mm3 = math.prod(grid.spacing_mm)
        self._volume_mm3 = float(self._where.sum()) * self._voxel_mm3
        stencil = np.zeros((*lattice.shape, 7, 7, 7, 6))
        add_stiffness(self._slope, self._where, *self._taps, stencil)
        self._stiffness = matrix(stencil)

    def improved(self, moves: FloatArray) -> FloatArray | None:
        """Better displacements of the control points; None where the images show nothing."""
        residual, value = self._look(moves)
        if math.isnan(value):
            return None
        for _ in range(_STEPS):
            tried = moves + self._step(moves, residual)
            off, reached = self._look(tried)
            if not reached < value:
                break
            fall, moves, residual, value = value - reached, tried, off, reached
            if fall < _LEAST_FALL * self._volume_mm3:
                break
        return moves

    def _look(self, moves: FloatArray) -> tuple[NDArray[np.float32], float]:
        """Difference of the images where they are compared, and what is to be made least."""
        spline = self._lattice.spline(moves, self._rigid)
        moved = self._moving(Transform(self._rigid, spline)).data.T
        a, b = (image[self._where].astype(np.float64) for image in (self._fixed, moved))
        if a.std() == 0 or b.std() == 0:
            return np.zeros_like(self._fixed), float("nan")
        b -= b.mean()
        off = a - a.mean() - b * (a @ b) / (b @ b)
        residual = np.zeros_like(self._fixed)
        residual[self._where] = off
        flat = moves.ravel()
        fit = self._volume_mm3 * math.log((off @ off) / off.size)
        return residual, fit + float(flat @ (self._cost @ flat))

    def _step(self, moves: FloatArray, residual: NDArray[np.float32]) -> FloatArray:
        weight = self._volume_mm3 / float(np.square(residual, dtype=np.float64).sum())
        forces = np.zeros(moves.shape)
        add_forces(self._slope, residual, *self._taps, forces)
        pull = weight * forces.ravel() - self._cost @ moves.ravel()
        return np.asarray(_solved(weight * self._stiffness + self._cost, pull)).reshape(moves.shape)


def _seen(grid: Grid, rigid: Rigid | None) -> NDArray[np.bool_]:
    """Voxels whose tissue lies inside the moving image after the rigid move."""
    away = displacement_mm(Transform(rigid), grid) @ grid.direction / grid.spacing_mm
    seen = np.ones(grid.shape, bool)
    for axis, at in enumerate(np.ogrid[tuple(slice(0, n) for n in grid.shape)]):
        there = at + away[..., axis]
        seen &= (there >= -_EDGE_VOXELS) & (there <= grid.shape[axis] - 1 + _EDGE_VOXELS)
    return seen


def _smoothed(volume: Volume, sd_mm: float) -> Volume:
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    sigma = [max(sd_mm / step, _LEAST_VOXELS) for step in volume.grid.spacing_mm]
    smooth = ndimage.gaussian_filter(volume.data, sigma, mode="nearest", truncate=3.0)
    return volume.with_data(np.asfortranarray(smooth, np.float32))


def _solved(system: Any, right: FloatArray) -> FloatArray:
    """Solution for a sparse positive definite matrix whose entries lie near its diagonal.

    By LAPACK, which a run holds to one thread.
    """
    from scipy.linalg import solveh_banded

    lower = system.tocoo()
    kept = lower.row >= lower.col
    away = (lower.row - lower.col)[kept]
    band = np.zeros((int(away.max()) + 1, right.size))
    band[away, lower.col[kept]] = lower.data[kept]
    found: FloatArray = solveh_banded(band, right, lower=True, overwrite_ab=True)
    return found
