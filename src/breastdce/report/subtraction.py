"""Signal after contrast minus signal before, and its projection."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Volume
from breastdce.report.color import Window
from breastdce.report.plane import Crop, Plane

_WHITE_PERCENTILE = 99.8  # of the enhancement in the body: vessels and the heart may be clipped

_MIP_PERCENTILE = 99.0  # of the projections
_LEAST = float(np.finfo(np.float32).tiny)  # width of a window of nothing


def subtraction(after: Volume, before: Volume) -> Volume:
    """Difference of two phases on one grid, in units of their signal."""
    return after.with_data(after.data - before.data)


def enhancement_window(difference: Volume, crop: Crop) -> Window:
    """From no change, black, to what few voxels exceed; loss of signal is black too."""
    inside = difference.data[crop]
    high = float(np.percentile(inside, _WHITE_PERCENTILE)) if inside.size else 0.0
    return Window(0.0, max(high, _LEAST))


def projection_window(projections: Sequence[NDArray[np.float32]]) -> Window:
    """One window for several projections: long lines of sight are brighter than single voxels."""
    values = np.concatenate([image.ravel() for image in projections])
    return Window(0.0, max(float(np.percentile(values, _MIP_PERCENTILE)), _LEAST))


def projection(difference: Volume, plane: Plane, crop: Crop) -> NDArray[np.float32]:
    """Largest value along the plane's normal inside the crop, laid out as [row, column]."""
    return plane.lay_out(np.asarray(difference.data[crop].max(axis=plane.normal), np.float32))
