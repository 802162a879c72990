"""The resampling benchmark: it refuses what differs, and means its ratios rightly."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
GRID = Grid((9, 8, 7), (0.7, 0.8, 2.0), np.eye(3), (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module("resample")
    sys.path.remove(str(BENCHMARKS))


def _phases():
    rng = np.random.default_rng(2)
    signal = [rng.uniform(0, 200, GRID.shape).astype(np.float32) for _ in range(3)]
    return [Volume(np.asfortranarray(one), GRID) for one in signal]


def test_the_mean_of_ratios_is_geometric(benchmark):
    assert benchmark.geometric_mean(iter([2.0, 8.0])) == pytest.approx(4.0)


@pytest.mark.parametrize("kind", ["linear", "bspline", "nearest"])
def test_both_sides_agree(benchmark, kind):
    # noise rings more in a spline than an image does
    allowed = 3 * benchmark.TOLERANCE[kind]
    assert benchmark._apart(_phases(), kind) <= allowed


def test_what_is_filled_elsewhere_stops_the_run(benchmark, monkeypatch):
    honest = benchmark.resample

    def emptied(phases, params):
        found = honest(phases, params)
        found.phases[1].data[3, 3, 3] = 0
        return found

    monkeypatch.setattr(benchmark, "resample", emptied)
    assert benchmark._apart(_phases(), "linear") == math.inf
