"""Promise: the three images of an exam have pooled mean 0 and standard deviation 1.

The recipe says over which voxels; that choice is made again on the normalized images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

ImageValues = NDArray[np.float32]
_TOLERANCE = 1e-3


def zscore_problem(
    images: Sequence[ImageValues],
    params: Mapping[str, object],
    before: tuple[float, float] | None,
    breast: NDArray[np.bool_] | None = None,
) -> str:
    """What is wrong with the moments; empty when nothing is.

    Parameters
    ----------
    images
        The three normalized images, [i, j, k].
    params
        Of the stage that normalized them, from provenance; empty means all voxels.
    before
        Mean and standard deviation that the stage took out, from exams.tsv.
    breast
        Mask of the breasts on the grid of the images, where there is one; it counts with `masked`.
    """
    inside = breast if params.get("mode") == "masked" else None
    low, high = (-np.inf, np.inf) if inside is not None else _limits(images, params, before)
    mean, sd, count = _moments(images, low, high, inside)
    if count and abs(mean) <= _TOLERANCE and abs(sd - 1) <= _TOLERANCE:
        return ""
    return f"mean {mean:.4g}, standard deviation {sd:.4g} over {count} voxels"


def _limits(
    images: Sequence[ImageValues], params: Mapping[str, object], before: tuple[float, float] | None
) -> tuple[float, float]:
    """Least and greatest value that counted, in units of the normalized images."""
    if params.get("mode") == "trimmed":
        # Normalization keeps the order of values, so percentiles select the same voxels.
        pooled = np.concatenate([image.ravel(order="K") for image in images])
        percents = (_percent(params, "lower_percent"), _percent(params, "upper_percent"))
        low, high = np.percentile(pooled, percents, overwrite_input=True)
        return float(low), float(high)
    if params.get("mode") == "masked" and before is not None:
        # Positive before normalization: above minus mean over deviation after it.
        mean, sd = before
        return float(np.nextafter(np.float32(-mean / sd), np.float32(np.inf))), np.inf
    return -np.inf, np.inf


def _percent(params: Mapping[str, object], name: str) -> float:
    value = params.get(name)
    return min(max(float(value), 0.0), 100.0) if isinstance(value, int | float) else np.nan


def _moments(
    images: Sequence[ImageValues], low: float, high: float, inside: NDArray[np.bool_] | None
) -> tuple[float, float, int]:
    count, total, square = 0, 0.0, 0.0
    for image in images:
        for k in range(image.shape[2]):
            plane = image[:, :, k].astype(np.float64)
            if inside is not None:
                plane = plane[inside[:, :, k]]
            if low > -np.inf:
                plane = plane[(plane >= low) & (plane <= high)]
            count += plane.size
            total += float(plane.sum())
            square += float((plane * plane).sum())
    if count == 0:
        return np.nan, np.nan, 0
    mean = total / count
    return mean, float(np.sqrt(max(square / count - mean * mean, 0.0))), count
