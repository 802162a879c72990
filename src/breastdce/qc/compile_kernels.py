"""Compile every kernel of this package; see `breastdce.run.compile_kernels`."""

from __future__ import annotations

import numpy as np

from breastdce.imaging.kernel import read_only
from breastdce.imaging.moving_mean import moving_mean
from breastdce.qc.detectors._change_loops import strong_changes
from breastdce.qc.detectors._ghost_loops import apart
from breastdce.qc.detectors._line_loops import line_noise
from breastdce.qc.detectors._spectrum_loops import loneliest, whole_sizes


def main() -> None:
    """Call each kernel with the types that it is called with."""
    image = read_only(np.ones((1, 5, 3), np.float32))
    line_noise(image, 2)
    for axis in (0, 1):
        moving_mean(image.T, 3, axis, "wrap")
    everywhere = read_only(np.ones(image.shape, np.bool_))
    apart(image, image, image, image, image, everywhere)
    strong_changes(image, image, everywhere, np.float32(1), np.float32(1))
    points = whole_sizes(np.ones((4, 3), np.float32), 4, 1, np.float32(0)).ravel()
    loneliest(points, points, points, np.zeros(1, np.int64), (4, 4, 1), (0.05, 0.75, 1.2))
