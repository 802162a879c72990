"""The stage takes the moments over the breasts where it is told to and has them."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset.checks_zscore import zscore_problem
from breastdce.stages._contract import Context
from breastdce.stages.zscore import STAGE

NATIVE = Grid((4, 4, 4), (2.0, 2.0, 2.0), np.eye(3), (0.5, 0.5, 0.5))
FINE = Grid((8, 8, 8), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def run(mode, breast):
    rng = np.random.default_rng(2)
    images = [np.asfortranarray(rng.normal(50, 9, FINE.shape), np.float32) for _ in range(3)]
    for image in images:
        image[:4] += 100
    inputs = STAGE.inputs(Triple(*(Volume(image, FINE) for image in images)), breast)
    return STAGE.run(inputs, STAGE.params(mode=mode), Context(threads=1)).outputs


@pytest.fixture
def breast():
    data = np.zeros(NATIVE.shape, np.bool_, order="F")
    data[:2] = True
    return Mask(data, NATIVE)


def test_the_breasts_are_carried_to_the_grid_of_the_images(breast):
    outputs = run("masked", breast)
    assert outputs.moments.mean == pytest.approx(150, abs=1)
    assert outputs.moments.sd == pytest.approx(9, abs=1)
    inside = np.concatenate([image.data[:4].ravel() for image in outputs.normalized])
    assert abs(inside.mean()) < 1e-4
    before = (outputs.moments.mean, outputs.moments.sd)
    images = [image.data for image in outputs.normalized]
    mask = np.zeros(FINE.shape, np.bool_)
    mask[:4] = True
    assert zscore_problem(images, {"mode": "masked"}, before, mask) == ""
    assert zscore_problem(images, {"mode": "masked"}, before, ~mask) != ""


@pytest.mark.parametrize("mode", ["pooled", "masked"])
def test_without_them_all_voxels_with_signal_count(mode, breast):
    empty = Mask(np.zeros_like(breast.data), NATIVE)
    for given in (None, empty):
        assert run(mode, given).moments.mean == pytest.approx(100, abs=1)


def test_pooled_moments_do_not_look_at_the_breasts(breast):
    assert run("pooled", breast).moments.mean == pytest.approx(100, abs=1)
