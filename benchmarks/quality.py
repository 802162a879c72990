"""Spread of every measure of image quality over generated exams, and how many are flagged.

    python -m benchmarks.quality [exams]

Phantoms of the demo's size, sagittal and axial in turns, with drawn density, lesion, coil shading
and noise; nothing is planted, so that a flag is a false alarm. Writes results/quality.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from breastdce.core.exam import Dynamic, ExamFacts, PhaseRole, TimeZero
from breastdce.core.volume import Mask, Volume
from breastdce.qc.exam import QcExam
from breastdce.qc.report import all_checks, assess
from breastdce.testing.anatomy import breast_truth
from breastdce.testing.cohort import phantom_grid
from breastdce.testing.params import PhantomParams
from breastdce.testing.phantom import make_phantom

RESULTS = Path(__file__).parent / "results/quality.json"
_TIMES_S = (-60.0, 150.0, 450.0)
_ROLES = (PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2)


def made(seed: int) -> QcExam:
    """A generated exam with its true breast and FTV."""
    rng = np.random.default_rng(seed)
    params = PhantomParams(
        density=float(rng.uniform(0.15, 0.8)),
        lesion_radius_mm=float(rng.uniform(6, 25)),
        shading_cv=float(rng.uniform(0.05, 0.35)),
        noise_sd=float(rng.uniform(3, 15)),
    )
    grid = phantom_grid("demo", sagittal=seed % 2 == 0)
    phantom = make_phantom(grid, _TIMES_S, params, rng)
    breast = np.logical_or.reduce(list(breast_truth(grid, params).values()))
    facts = ExamFacts(
        manufacturer="Other",
        model="Other",
        field_strength_t=1.5,
        delays_s=_TIMES_S,
        time_zero=TimeZero.INJECTION,
        phase_key="series",
        phase_indices=(0, 1, 2),
        roles=_ROLES,
        rescaled=False,
        sidecars=({},) * 3,
    )
    phases = tuple(Volume(np.asfortranarray(image), grid) for image in phantom.images)
    held, ftv = (Mask(np.asfortranarray(one), grid) for one in (breast, phantom.truth.ftv))
    return QcExam(Dynamic(phases), facts, held, ftv)


def main(count: int) -> None:
    """Print a row a measure: exams with a value, percentiles, flags; and keep them."""
    values: dict[str, list[float]] = defaultdict(list)
    flags: dict[str, int] = defaultdict(int)
    started = time.process_time()
    for seed in range(count):
        for check in assess(made(seed), all_checks(), []).checks:
            known = [value for value in check.values if value is not None]
            values[check.name] += known
            flags[check.name] += any(check.flagged)
    print(f"{'measure':28} {'n':>5} {'P5':>9} {'median':>9} {'P95':>9} flagged of {count}")
    measures: dict[str, dict[str, float | None]] = {}
    for name, found in values.items():
        shown = np.quantile(found, (0.05, 0.5, 0.95)).tolist() if found else [None] * 3
        low, middle, high = ("n/a" if one is None else f"{one:.4g}" for one in shown)
        print(f"{name:28} {len(found):5} {low:>9} {middle:>9} {high:>9} {flags[name]}")
        numbers = (len(found), *shown, flags[name])
        measures[name] = dict(zip(("n", "p5", "median", "p95", "flagged"), numbers, strict=True))
    print(f"{time.process_time() - started:.0f} s of processor time")
    RESULTS.write_text(json.dumps({"exams": count, "measures": measures}, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
