"""Which mask features are of: an expert's, a network's, or the candidate."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.stages._contract import Context
from breastdce.stages.radiomics import Inputs, RadiomicsParams, run

GRID = Grid((12, 12, 12), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
ELSEWHERE = Grid((12, 12, 12), (1.0, 1.0, 1.0), np.eye(3), (1.0, 0.0, 0.0))
SIGNAL = np.asfortranarray(np.random.default_rng(3).normal(size=GRID.shape).astype(np.float32))
IMAGES = Triple(*(Volume(SIGNAL + n, GRID) for n in range(3)))


def box(size: int, grid: Grid = GRID) -> Mask:
    data = np.zeros(grid.shape, np.bool_, order="F")
    data[:size, :size, :size] = True
    return Mask(data, grid)


def features(**masks: Mask) -> tuple[dict[str, float], tuple[CaveatCode, ...]]:
    inputs = Inputs(normalized=IMAGES, stv=box(3), **masks)
    result = run(inputs, RadiomicsParams(), Context(1))
    return result.outputs.features.values, tuple(caveat.code for caveat in result.caveats)


def of(size: int) -> dict[str, float]:
    inputs = Inputs(normalized=IMAGES, stv=box(size))
    return run(inputs, RadiomicsParams(), Context(1)).outputs.features.values


@pytest.mark.parametrize(
    ("masks", "size"),
    [
        ({}, 3),
        ({"stv_auto": box(4)}, 4),
        ({"stv_auto": box(0)}, 3),
        ({"stv_expert": box(5)}, 5),
        ({"stv_expert": box(5), "stv_auto": box(4)}, 5),
        ({"stv_expert": box(0), "stv_auto": box(4)}, 0),
    ],
)
def test_the_best_mask_is_taken_and_an_expert_is_believed(masks, size):
    values, caveats = features(**masks)
    np.testing.assert_equal(values, of(size))
    assert caveats == ()


def test_a_revision_on_another_grid_is_not_used_and_that_is_said():
    values, caveats = features(stv_expert=box(5, ELSEWHERE))
    np.testing.assert_equal(values, of(3))
    assert caveats == (CaveatCode.EXPERT_OFF_GRID,)
