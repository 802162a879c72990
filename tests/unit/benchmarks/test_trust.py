"""The fit of the trust score, and what it makes of its figures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from breastdce.segment.trust import Record, TrustModel, inputs_of

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def load():
    """Scripts import each other by name, as they do when they are run."""
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module
    sys.path.remove(str(BENCHMARKS))


def rows(count: int = 400, seed: int = 0):
    """Masks that are bad by `dim` and `left_out`; `thin` speaks the wrong way."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        inputs = {name: float(rng.random()) for name in inputs_of(())}
        odds = 6 * inputs["dim"] + 4 * inputs["left_out"] - 5
        bad = rng.random() < 1 / (1 + np.exp(-odds))
        inputs["thin"] = float(rng.random() * (1 - 0.8 * bad))
        found.append({"exam": str(number // 8), "dice": 0.3 if bad else 0.9, "inputs": inputs})
    return found


def test_the_fit_finds_what_matters_and_nothing_that_speaks_the_wrong_way(load):
    program = load("trust_fit")
    fitted = program.fit(rows(), (), base_rate=0.2, ridge=0.4)
    slopes = {name: one.weight for name, one in fitted.inputs.items()}
    assert slopes["dim"] == pytest.approx(6, abs=1.5)
    assert slopes["left_out"] == pytest.approx(4, abs=1.5)
    assert "thin" not in slopes
    assert min(slopes.values()) > 0


def test_chances_fit_other_masks_at_the_base_rate(load):
    program = load("trust_fit")
    record = Record(command="", exams="", masks=1, bad=0, base_rate=0.2, ridge=0.0)
    model = TrustModel(record, (program.fit(rows(), (), base_rate=0.2, ridge=0.4),))
    unseen = rows(seed=1)
    found = program.figures(unseen, program.chances(unseen, (), model), 0.2)
    assert found.auc_low < found.auc < found.auc_high
    assert found.auc > 0.85
    assert found.brier < 0.8 * found.brier_of_constant
    assert all(abs(mean - share) < 0.25 for mean, share, n in found.reliability if n > 20)


def test_area_is_the_chance_that_a_bad_mask_comes_first(load):
    area = load("trust_fit").area
    bad = np.array([False, False, True, True])
    assert area(np.array([0.0, 1.0, 2.0, 3.0]), bad) == 1
    assert area(np.array([1.0, 1.0, 1.0, 1.0]), bad) == 0.5
    assert area(np.array([0.0, 2.0, 1.0, 3.0]), bad) == 0.75


def test_the_first_fifth_of_the_list_is_counted_at_the_base_rate(load):
    program = load("trust_fit")
    made = [{"exam": "a", "dice": dice, "inputs": {}} for dice in (0.1, 0.2, 0.9, 0.9, 0.9, 0.9)]
    best = np.array([0.9, 0.8, 0.1, 0.1, 0.1, 0.1])
    assert program.figures(made, best, 0.2).found_first_fifth == 1
    assert program.figures(made, 1 - best, 0.2).found_first_fifth == 0
    half = np.array([0.9, 0.0, 0.1, 0.1, 0.1, 0.1])
    assert program.figures(made, half, 0.2).found_first_fifth == 0.5


def test_the_weights_make_bad_masks_as_frequent_as_presumed(load):
    weight = load("trust_fit").to_base_rate(np.array([True, True, True, False]), 0.2)
    assert weight.tolist() == pytest.approx([0.2 / 3] * 3 + [0.8])
