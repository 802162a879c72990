"""Moran's I and Geary's C: are near voxels alike? (IBSI 1, section 3.1).

Both are sums over all pairs of voxels with the weight 1 / distance. A sum of a(x) w(x - y) b(y)
over all pairs is one of A W conj(B) over all frequencies (Parseval), so nothing is transformed
back. The weights are even along each axis: their transform is a cosine transform of an octant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from breastdce.core.codes import Undefined
from breastdce.core.params import NoParams
from breastdce.imaging.kernel import kernel
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.region import Region

FloatArray = NDArray[np.float64]

_BLOCK = 8  # frequencies of the middle axis at a time, so that the last transform stays in cache
_PAIRS = "over all pairs of voxels, weighted by 1 / distance, relative to the variance"
_FEATURES = (
    Feature(
        "moran_i",
        f"Mean product of the intensities less their mean {_PAIRS}.",
        "1",
        ibsi="N365",
        tag="morph_moran_i",
    ),
    Feature(
        "geary_c",
        f"Half the mean squared difference of the intensities {_PAIRS} with n - 1.",
        "1",
        ibsi="NPT7",
        tag="morph_geary_c",
    ),
)


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the 2 features."""
    return _FEATURES


def compute(region: Region, params: NoParams) -> Values:
    """Exact sums over all pairs, in the frequency domain, single precision.

    Notes
    -----
    With z the standardized intensities, m the mask and <a, b> a weighted sum over pairs:
    I = <z, z> / <m, m> and C = (n - 1) / n (<z^2, m> - <z, z>) / <m, m>.
    """
    names = FAMILY.names(params)
    reason = _undefined(region)
    if reason is not None:
        return dict.fromkeys(names, reason)
    values = region.values.astype(np.float64)
    standard = (values - values.mean()) / values.std()
    sums = _pair_sums(region.inside.T, standard, region.grid.spacing_mm)
    ones, products, squares = sums.tolist()
    n = region.size
    return {
        "moran_i": products / ones,
        "geary_c": (n - 1) / n * (squares - products) / ones,
    }


def _undefined(region: Region) -> Undefined | None:
    if region.size == 0:
        return Undefined.EMPTY_REGION
    if region.size == 1:
        return Undefined.TOO_FEW_VOXELS
    if region.values.min() == region.values.max():
        return Undefined.FLAT_REGION
    return None


def _pair_sums(
    inside: NDArray[np.bool_], values: FloatArray, spacing_mm: tuple[float, float, float]
) -> FloatArray:
    """Weighted sums over pairs of 1 1, z z and z^2 1; `inside` is [k, j, i], values in its order.

    The shortest axis is transformed last: only then is the padding complete.
    """
    axes = np.argsort(inside.shape, kind="stable")
    shape = [inside.shape[axis] for axis in axes]
    steps = [spacing_mm[2 - axis] for axis in axes]
    # twice a fast half: the cosine transform needs even lengths
    sizes = [2 * fft.next_fast_len(max(length, 1), real=True) for length in shape]
    weights = _weights(sizes, steps)
    spectra = []
    for field in (np.ones(values.size), values, values * values):
        laid = np.zeros(inside.shape, np.float32)
        laid[inside] = field
        half = fft.rfft(np.ascontiguousarray(laid.transpose(axes)), sizes[2], axis=2)
        spectra.append(fft.fft(half, sizes[1], axis=1, overwrite_x=True))
    sums = np.zeros(3)
    for start in range(0, sizes[1], _BLOCK):
        block = slice(start, start + _BLOCK)
        mask, z, square = (
            fft.fft(np.ascontiguousarray(one[:, block]), sizes[0], axis=0, overwrite_x=True)
            for one in spectra
        )
        _add_products(mask, z, square, weights, start, sums)
    return sums


def _weights(sizes: list[int], steps: list[float]) -> NDArray[np.float32]:
    """Transform of 1 / distance (0 at 0) on a periodic grid, its octant of frequencies."""
    a, b, c = np.ix_(
        *[(np.arange(size // 2 + 1) * step) ** 2 for size, step in zip(sizes, steps, strict=True)]
    )
    square = a + b + c
    square[0, 0, 0] = np.inf
    octant: NDArray[np.float32] = fft.dctn((1 / np.sqrt(square)).astype(np.float32), type=1)
    return octant


@kernel
def _add_products(
    mask: NDArray[np.complex64],
    z: NDArray[np.complex64],
    square: NDArray[np.complex64],
    weights: NDArray[np.float32],
    start: int,
    sums: FloatArray,
) -> None:
    """Add a block of frequencies to the three sums; half of those of the last axis are implied."""
    slow, middle, half = mask.shape
    size = 2 * (weights.shape[1] - 1)
    for a in range(slow):
        row_a = min(a, slow - a)
        for b in range(middle):
            row_b = min(start + b, size - start - b)
            for c in range(half):
                weight = float(weights[row_a, row_b, c])
                if 0 < c < half - 1:
                    weight *= 2.0
                m, x, s = mask[a, b, c], z[a, b, c], square[a, b, c]
                sums[0] += weight * (m.real * m.real + m.imag * m.imag)
                sums[1] += weight * (x.real * x.real + x.imag * x.imag)
                sums[2] += weight * (s.real * m.real + s.imag * m.imag)


FAMILY = Family("autocorrelation", params=NoParams, features=features, compute=compute)
