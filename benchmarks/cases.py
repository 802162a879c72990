"""The images and masks of the benchmark, the same on every machine.

    python benchmarks/cases.py FOLDER

writes `image.nii.gz` (256 x 256 x 60 at 1 mm) with `mid.nii.gz` and `big.nii.gz`, the cases of
the comparison; and `growth.nii.gz` with `growth-1000.nii.gz` to `growth-1000000.nii.gz`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import write_mask, write_volume

Shape = tuple[int, int, int]


class Ellipsoid(NamedTuple):
    """Half axes in voxels and what lies strictly inside, around the middle of the image."""

    half_axes: tuple[float, float, float]
    voxels: int


IMAGE_SHAPE: Shape = (256, 256, 60)
CASES = {
    "mid": Ellipsoid((21.0, 17.0, 9.0), 13_401),
    "big": Ellipsoid((70.0, 60.0, 27.3), 480_211),
}
GROWTH_SHAPE: Shape = (160, 128, 120)
GROWTH_VOXELS = (1_000, 10_000, 100_000, 1_000_000)
_GROWTH_AXES = (1.2, 1.0, 0.9)
# Off the middle of a voxel, so that no two voxels are equally far and a count can be exact.
_OFF_MIDDLE = (0.1303, 0.0707, 0.2111)
_ON_SURFACE = 1e-9  # a voxel this near to the surface lies on it, not inside
_SEED = 20240601


def smooth_noise(shape: Shape) -> NDArray[np.float32]:
    """Noise like a z-scored image: Gaussian of sigma 2 with unit variance, 0.2 white, mean 1."""
    rng = np.random.default_rng(_SEED)
    smooth = gaussian_filter(rng.standard_normal(shape), 2.0)
    smooth /= smooth.std()
    noisy = smooth + 0.2 * rng.standard_normal(shape) + 1.0
    return np.asfortranarray(noisy, dtype=np.float32)


def ellipsoid(shape: Shape, half_axes: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Voxels strictly inside an ellipsoid around the voxel in the middle."""
    middle = tuple(size // 2 for size in shape)
    return _radii_squared(shape, middle, half_axes) < 1 - _ON_SURFACE


def ellipsoid_of(voxels: int, shape: Shape = GROWTH_SHAPE) -> NDArray[np.bool_]:
    """Ellipsoid that holds exactly so many voxels."""
    middle = tuple(size / 2 + off for size, off in zip(shape, _OFF_MIDDLE, strict=True))
    radii = _radii_squared(shape, middle, _GROWTH_AXES)
    return radii <= np.partition(radii.ravel(), voxels - 1)[voxels - 1]


def write_cases(folder: Path) -> None:
    """Write every image and mask as .nii.gz."""
    _write_image(folder / "image.nii.gz", IMAGE_SHAPE)
    for name, case in CASES.items():
        _write_mask(folder / f"{name}.nii.gz", ellipsoid(IMAGE_SHAPE, case.half_axes))
    _write_image(folder / "growth.nii.gz", GROWTH_SHAPE)
    for voxels in GROWTH_VOXELS:
        _write_mask(folder / f"growth-{voxels}.nii.gz", ellipsoid_of(voxels))


def _radii_squared(
    shape: Shape, middle: tuple[float, ...], half_axes: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Squared distance from the middle, relative to the ellipsoid's surface."""
    axes = zip(np.ogrid[tuple(map(slice, shape))], middle, half_axes, strict=True)
    first, second, third = (((index - center) / half) ** 2 for index, center, half in axes)
    return first + second + third


def _grid(shape: Shape) -> Grid:
    return Grid(shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def _write_image(path: Path, shape: Shape) -> None:
    write_volume(path, Volume(smooth_noise(shape), _grid(shape)))


def _write_mask(path: Path, inside: NDArray[np.bool_]) -> None:
    write_mask(path, Mask(np.asfortranarray(inside), _grid(inside.shape)))


if __name__ == "__main__":
    write_cases(Path(sys.argv[1]))
