"""What a probability map says of a mask."""

from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.volume import Mask
from breastdce.segment.trust_probability import unsure
from tests.unit.segment.made_tumor import ball


def test_a_network_that_is_sure_has_nothing_against_its_mask():
    mask = ball()
    found = unsure(mask.data.astype(np.float32), mask)
    assert found is not None
    assert found.unsure_border == pytest.approx(0, abs=1e-4)
    assert found.unsure_inside == 0
    assert found.likely_outside == 0


def test_one_that_guesses_is_a_bit_unsure_everywhere():
    mask = ball()
    found = unsure(np.full(mask.data.shape, 0.5, np.float32), mask)
    assert found is not None
    assert found.unsure_border == pytest.approx(1)
    assert found.unsure_inside == pytest.approx(0.5)
    voxels = mask.data.sum()
    outside = 0.5 * (mask.data.size - voxels) / voxels
    assert found.likely_outside == pytest.approx(min(math.log2(1 + outside), 5))


def test_what_it_saw_elsewhere_counts():
    mask, other = ball((14.0, 28.0, 28.0), 6.0), ball((40.0, 28.0, 28.0), 6.0)
    found = unsure((mask.data | other.data).astype(np.float32), mask)
    assert found is not None
    assert found.likely_outside == pytest.approx(1.0)


def test_of_an_empty_mask_there_is_nothing_to_say():
    mask = ball()
    empty = Mask(np.zeros_like(mask.data), mask.grid)
    assert unsure(mask.data.astype(np.float32), empty) is None
