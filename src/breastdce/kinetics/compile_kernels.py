"""Compile every kernel of this package; see `breastdce.run.compile_kernels`."""

from __future__ import annotations

import numpy as np

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.neighbors import count_neighbors, supported_values
from breastdce.kinetics.pharmacokinetics.tofts import fit_tofts, input_table
from breastdce.kinetics.rescaling import rescaling


def main() -> None:
    """Call each kernel with the types that it is called with."""
    values, places = np.ones(8, np.float32), np.arange(8)
    supported_values(values, (2, 2, 2), places, 4)
    count_neighbors(values, (2, 2, 2), places, 0.5)
    grid = Grid((2, 2, 2), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(values.reshape(grid.shape, order="F"), grid)
    phases = Triple(image, image, image)
    rescaling(phases, phases, tissue_above=0.0)
    times = np.arange(4.0)
    fit_tofts(np.ones((1, 4)), input_table(times, times, times), "extended")
