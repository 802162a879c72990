"""Compile every kernel of this package; see `breastdce.run.compile_kernels`."""

from __future__ import annotations

import numpy as np

from breastdce.imaging.kernel import read_only
from breastdce.qc.detectors._line_loops import line_noise
from breastdce.qc.detectors._spectrum_loops import loneliest


def main() -> None:
    """Call each kernel with the types that it is called with."""
    line_noise(read_only(np.ones((1, 5, 3), np.float32)), 2)
    points, ring = np.ones((4, 4), np.float32), np.zeros((1, 2), np.int64)
    loneliest(points, points, points, ring, (0.05, 0.75, 1.2))
