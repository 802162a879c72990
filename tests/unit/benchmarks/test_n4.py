"""The benchmark of N4: it judges its promises rightly, and takes the samples that ITK takes."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def load():
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module
    sys.path.remove(str(BENCHMARKS))


def row(load, *, apart=1e-6, correlation=1.0, ratio=200.0):
    return load("n4").Row("image", 4, "otsu", 9, (1, 2), 2, apart, correlation, 1.0, ratio, 1)


def missed(load, *rows):
    return [bar.promise for bar in load("n4").bars(rows) if not bar.holds]


def test_all_promises_hold(load):
    assert missed(load, row(load), row(load, apart=0.019)) == []  # the second is a tie


@pytest.mark.parametrize(
    ("found", "promise"),
    [
        ({"apart": 0.021}, "log field at most 0.02 apart where a tie decides"),
        ({"apart": float("nan")}, "log field at most 0.01 apart"),
        ({"correlation": 0.9998}, "correlation at least 0.9999"),
        ({"ratio": 59.0}, "ratio at least 60 in every case"),
    ],
)
def test_one_case_misses(load, found, promise):
    others = row(load, ratio=300.0), row(load, ratio=300.0)
    assert missed(load, others[0], row(load, **found), others[1]) == [promise]


def test_the_mean_is_geometric(load):
    rows = [row(load, ratio=ratio) for ratio in (61.0, 161.0)]
    assert load("n4").mean_ratio(rows) == pytest.approx((61.0 * 161.0) ** 0.5)
    assert missed(load, *rows) == ["ratio at least 100 in the geometric mean"]


@pytest.mark.parametrize(("shrink", "start"), [(4, 2), (2, 1)])
def test_samples_begin_where_itk_begins(load, shrink, start):
    assert load("n4_side").starts((24, 16, 12), shrink) == [start] * 3


def test_both_sides_agree(load):
    side = load("n4_side")
    i, j, k = np.indices((24, 20, 16))
    image = np.asfortranarray(100 * np.exp(0.02 * i - 0.01 * j) + (i * 7 + k * 5) % 11, np.float32)
    learned = side._learned(image, 2, is_masked=True)
    fields = [work(learned, (3, 3))()[0] for work in (side.own, side.simpleitk)]
    found = side.apart(*fields)
    assert found["apart"] <= 0.01
    assert found["correlation"] >= 0.9999
