"""Noise of magnitude images: from the air around the patient, and from even tissue."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.imaging.box import bounding_box
from breastdce.qc.numbers import Number

Bools = NDArray[np.bool_]
Array = NDArray[np.float32]

RAYLEIGH = math.sqrt(2 - math.pi / 2)
"""SD of the magnitude of noise alone over the SD of each of its two channels: 0.655."""
_EDGE = 8  # voxels of a block's edge: shading and ghosts of the air are even over it
_LEAST_BLOCKS = 30
_MASK = 3  # voxels of its edge
_MOST_EQUAL = 0.5  # of the voxels of air: more means that the scanner wrote one value there
_MEDIAN_OF_NORMAL = 0.6744897501960817  # of the absolute value of a standard normal variable
_DIFFERENCE_NORM = 6.0  # square root of the sum of squared weights of the mask


def noise_of_air(image: Array, air: Bools) -> Number:
    """SD of each channel of the noise, in units of the image.

    Parameters
    ----------
    image
        Magnitude, float32 [i, j, k]; slices along k.
    air
        Bool [i, j, k].

    Returns
    -------
    Number
        Median SD of in-plane blocks of 8 x 8 voxels that are all air, over 0.655. A median of
        blocks does not see a few ghosts, nor how noise varies from place to place.
        TOO_FEW_VOXELS with fewer than 30 blocks; AIR_MASKED where most voxels of air are equal.

    References
    ----------
    Rayleigh distribution of the magnitude of noise, and the factor 0.655 for one coil or a
    homodyne combination: Gudbjartsson & Patz, Magn Reson Med 1995, 34:910; Dietrich et al.,
    J Magn Reson Imaging 2007, 26:375, who also show that it does not hold for combined coils (a
    sum of squares of n coils tends to 0.7) and for parallel imaging.
    """
    blocks = _blocks(image, air)
    if len(blocks) < _LEAST_BLOCKS:
        return Undefined.TOO_FEW_VOXELS
    sd = float(np.median(blocks.std(axis=1, dtype=np.float64)))
    values, counts = np.unique(blocks[:: max(1, len(blocks) // 2000)], return_counts=True)
    if sd == 0 or values.size == 1 or counts.max() > _MOST_EQUAL * counts.sum():
        return Undefined.AIR_MASKED
    return sd / RAYLEIGH


def noise_of_tissue(image: Array, tissue: Bools) -> Number:
    """SD of the noise from second differences in even tissue, in units of the image.

    Parameters
    ----------
    image
        Magnitude, float32 [i, j, k]; slices along k.
    tissue
        Bool [i, j, k]: fat, for it has little structure.

    Returns
    -------
    Number
        Median of the absolute in-plane response to the mask (1 -2 1; -2 4 -2; 1 -2 1) over
        6 x 0.6745. Interpolation by the scanner (zero filling) makes it too small.

    References
    ----------
    Immerkaer, Comput Vis Image Underst 1996, 64:300, with the median for his mean: it does not
    see edges.
    """
    if not tissue.any():
        return Undefined.EMPTY_REGION
    i, j, k = bounding_box(tissue)
    part = image[i, j, k]
    if min(part.shape[:2]) < _MASK:
        return Undefined.TOO_FEW_VOXELS
    rows = part[2:] - 2 * part[1:-1] + part[:-2]
    both = rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2]
    inner = tissue[i, j, k][1:-1, 1:-1]
    if np.count_nonzero(inner) < _LEAST_BLOCKS * _EDGE**2:
        return Undefined.TOO_FEW_VOXELS
    sd = float(np.median(np.abs(both[inner]))) / (_DIFFERENCE_NORM * _MEDIAN_OF_NORMAL)
    return sd if sd > 0 else Undefined.FLAT_REGION


def _blocks(image: Array, air: Bools) -> Array:
    """Voxels of each block that lies in air, shape (blocks, 64)."""
    ni, nj, nk = (image.shape[0] // _EDGE, image.shape[1] // _EDGE, image.shape[2])
    shape = (ni, _EDGE, nj, _EDGE, nk)
    window = (slice(ni * _EDGE), slice(nj * _EDGE))
    whole = air[window].reshape(shape).all(axis=(1, 3))
    turned = image[window].reshape(shape).transpose(0, 2, 4, 1, 3)
    return np.asarray(turned[whole].reshape(-1, _EDGE**2))
