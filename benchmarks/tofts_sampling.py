"""How coarse the sampling may be before Ktrans of the Tofts model cannot be trusted.

Curves are made from the population input with known parameters, sampled at an interval and given
noise; the fit believes an onset that is off by a share of the interval, since from the images it
cannot be known better. Run: `python -m benchmarks.tofts_sampling`. Figures: docs/kinetics.md.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from breastdce.kinetics.pharmacokinetics.aif import parker_plasma
from breastdce.kinetics.pharmacokinetics.tofts import fit_tofts, input_table, tofts_curve

INTERVALS_S = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0)
SHARES = (0.0, 0.25, 0.5)
KTRANS_PER_MIN = (0.05, 0.1, 0.25, 0.5)
VE = (0.2, 0.3, 0.5)
LENGTH_S, NOISE_MM, REPEATS, HEMATOCRIT = 360.0, 0.02, 200, 0.42
FINE = np.arange(0.0, LENGTH_S + 60.0, 0.5)


def errors(interval_s: float, share: float, rng: np.random.Generator) -> list[float]:
    """Median relative error of Ktrans for each pair of parameters."""
    times = np.arange(interval_s / 2, LENGTH_S, interval_s)
    table = input_table(times, FINE, parker_plasma(FINE, HEMATOCRIT))
    true_input = parker_plasma(FINE, HEMATOCRIT, share * interval_s)
    found = []
    for ktrans, ve in product(KTRANS_PER_MIN, VE):
        curve = np.interp(times, FINE, tofts_curve(FINE, true_input, ktrans_per_min=ktrans, ve=ve))
        noisy = curve + rng.normal(0.0, NOISE_MM, (REPEATS, times.size))
        fit = fit_tofts(noisy, table)
        found.append(float(np.median(np.abs(fit.ktrans_per_min / ktrans - 1.0))))
    return found


def main() -> None:
    """Print a line for each interval: median and largest error, in percent, for each share."""
    rng = np.random.default_rng(0)
    for interval_s in INTERVALS_S:
        cells = [errors(interval_s, share, rng) for share in SHARES]
        shown = (f"{100 * np.median(cell):5.1f} {100 * max(cell):5.1f}" for cell in cells)
        print(f"{interval_s:5.0f} s {int(LENGTH_S / interval_s):4d} phases  " + " | ".join(shown))


if __name__ == "__main__":
    main()
