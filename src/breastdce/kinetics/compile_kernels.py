"""Compile every kernel of this package: `python -m breastdce.kinetics.compile_kernels`.

The machine code is kept, so that who installs waits instead of who first runs an exam.
"""

from __future__ import annotations

import numpy as np

from breastdce.kinetics.neighbors import count_neighbors, supported_values
from breastdce.kinetics.pharmacokinetics.tofts import fit_tofts, input_table


def main() -> None:
    """Call each kernel with the types that it is called with."""
    values, places = np.ones(8, np.float32), np.arange(8)
    supported_values(values, (2, 2, 2), places, 4)
    count_neighbors(values, (2, 2, 2), places, 0.5)
    times = np.arange(4.0)
    fit_tofts(np.ones((1, 4)), input_table(times, times, times), "extended")


if __name__ == "__main__":
    main()
