"""How many phases a series of n images holds, when nothing but n is known.

n = phases x slices. Both have a distribution: trials ask for three phases and sometimes more, and
a breast takes so many slices. The pair that is most likely wins.

The numbers were set on the 113 labeled patients of the public I-SPY1 index (226 exams with all
phases in one series), those for 5 and 7 phases on two exams of Breast-MRI-NACT-Pilot: unilateral
sagittal slabs have 48 to 78 slices with a sharp peak at 60, bilateral and axial ones spread around
80. Where geometry is known, it decides instead.
"""

from __future__ import annotations

import math
from typing import NamedTuple

LEAST_SLICES = 20
"""Fewer make no breast at the slice thickness of a dynamic."""
LEAST_PHASES, MOST_PHASES = 3, 12
_PHASES = {3: 0.77, 4: 0.08, 5: 0.04, 6: 0.05, 7: 0.03, 8: 0.02}
_OTHER_PHASES = 0.01 / 4
_PEAKS = ((0.8, 60.0, 0.10), (0.2, 80.0, 0.50))
"""Weight, median slices, width in natural logarithms of each part of the mixture."""


class Split(NamedTuple):
    """A number of phases of so many slices."""

    phases: int
    slices: int
    probability: float
    """Of this split among all that are possible."""


def split_images(n_images: int) -> Split | None:
    """Return the most likely split; None when no split has enough phases of enough slices."""
    splits = {
        k: _phase_weight(k) * slice_density(n_images // k)
        for k in range(LEAST_PHASES, MOST_PHASES + 1)
        if n_images % k == 0 and n_images // k >= LEAST_SLICES
    }
    if not splits:
        return None
    best = max(splits, key=lambda k: splits[k])
    return Split(best, n_images // best, splits[best] / sum(splits.values()))


def slice_density(slices: int) -> float:
    """Density of slices per phase on a logarithmic scale, arbitrary units."""
    return sum(
        weight / width * math.exp(-0.5 * (math.log(slices / median) / width) ** 2)
        for weight, median, width in _PEAKS
    )


def _phase_weight(phases: int) -> float:
    return _PHASES.get(phases, _OTHER_PHASES)
