"""Compiled loops that read a patch out of an exam along turned, scaled or shifted axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel, read_only

FloatArray = NDArray[np.float64]


def sampled(
    images: NDArray[np.float32],
    turn: FloatArray,
    offset: FloatArray,
    shape: tuple[int, int, int],
) -> NDArray[np.float32]:
    """Interpolate all phases linearly at the same places.

    Parameters
    ----------
    images
        [phase, i, j, k].
    turn, offset
        A voxel v of the result lies at `turn @ v + offset`, in voxels of `images`. What lies
        outside takes the nearest value of the border.
    shape
        Of the result.

    Returns
    -------
    numpy.ndarray
        float32 [phase, i, j, k].
    """
    out = np.empty((len(images), *shape), np.float32)
    _blend(read_only(images), read_only(turn), read_only(offset), out)
    return out


def moved_label(
    label: NDArray[np.uint8],
    turn: FloatArray,
    offset: FloatArray,
    shape: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """1 where linear interpolation of the label reaches a half; as `sampled` otherwise."""
    if not label.any():
        return np.zeros(shape, np.uint8)
    share = sampled(label[None].astype(np.float32), turn, offset, shape)
    return np.asarray(share[0] >= np.float32(0.5), np.uint8)


@kernel
def _blend(
    images: NDArray[np.float32],
    turn: FloatArray,
    offset: FloatArray,
    out: NDArray[np.float32],
) -> None:
    phases, ni, nj, nk = images.shape
    flat = images.reshape(phases, ni * nj * nk)
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            a = turn[0, 0] * i + turn[0, 1] * j + offset[0]
            b = turn[1, 0] * i + turn[1, 1] * j + offset[1]
            c = turn[2, 0] * i + turn[2, 1] * j + offset[2]
            for k in range(out.shape[3]):
                x = min(max(a + turn[0, 2] * k, 0.0), ni - 1.0)
                y = min(max(b + turn[1, 2] * k, 0.0), nj - 1.0)
                z = min(max(c + turn[2, 2] * k, 0.0), nk - 1.0)
                x0, y0, z0 = int(x), int(y), int(z)
                u, v, w = np.float32(x - x0), np.float32(y - y0), np.float32(z - z0)
                # The upper neighbor of the last voxel is itself; its share is 0.
                dx = nj * nk if x0 < ni - 1 else 0
                dy = nk if y0 < nj - 1 else 0
                dz = 1 if z0 < nk - 1 else 0
                at = (x0 * nj + y0) * nk + z0
                for phase in range(phases):
                    row = flat[phase]
                    near = row[at] + w * (row[at + dz] - row[at])
                    up = row[at + dy] + w * (row[at + dy + dz] - row[at + dy])
                    near += v * (up - near)
                    there = at + dx
                    far = row[there] + w * (row[there + dz] - row[there])
                    up = row[there + dy] + w * (row[there + dy + dz] - row[there + dy])
                    far += v * (up - far)
                    out[phase, i, j, k] = near + u * (far - near)
