"""Patch and batch: counts against measured ones and the networks themselves, and every card."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.errors import RecipeError
from breastdce.segment.planner import (
    CPU_PATCH,
    allowed_elements,
    conv_elements,
    largest_batch,
    plan,
    training_gb,
)
from breastdce.segment.preset import PlainParams, ResEncParams, ResUNetParams

MEDIAN = (159, 180, 180)
"""Of MAMA-MIA at 1 mm."""
VOXELS = 163 * int(np.prod(MEDIAN))
RESENC, PLAIN, PAPER = ResEncParams(), PlainParams(), ResUNetParams()


@pytest.mark.parametrize(
    ("network", "patch", "millions"),
    [
        (RESENC, (96, 96, 96), 234),
        (RESENC, (128, 128, 128), 556),
        (RESENC, (160, 160, 128), 869),
        (RESENC, (160, 160, 160), 1086),
        (RESENC, (160, 192, 192), 1562),
        (PLAIN, (96, 96, 96), 190),
        (PLAIN, (128, 128, 128), 451),
        (PLAIN, (160, 160, 128), 705),
        (PAPER, (128, 128, 128), 705),
    ],
)
def test_counts_are_those_that_were_measured(network, patch, millions):
    """The measured ones are rounded to a million, one of them to the million below."""
    assert conv_elements(network, patch) / 1e6 == pytest.approx(millions, abs=1.5)


def test_paper_puts_out_336_values_a_voxel():
    assert conv_elements(PAPER, (128, 128, 128)) / 128**3 == pytest.approx(336.4, abs=0.05)
    coarse = msgspec.structs.replace(PAPER, coarse=2)
    assert 8 * conv_elements(coarse, (128, 128, 128)) == conv_elements(PAPER, (128, 128, 128))


@pytest.mark.parametrize(
    ("free_gb", "patch", "batch", "estimate"),
    [
        (6, (96, 96, 96), 2, None),
        (8, (96, 128, 128), 2, 6.5),
        (11, (128, 128, 160), 2, 9.2),
        (12, (128, 128, 160), 2, 9.2),
        (16, (160, 160, 160), 2, 13.1),
        (24, (160, 192, 192), 2, 17.9),
        (40, (160, 192, 192), 4, 33.5),
        (80, (160, 192, 192), 7, 57),
    ],
)
def test_best_on_every_card(free_gb, patch, batch, estimate):
    found = plan(RESENC, MEDIAN, VOXELS, free_gb)
    assert (found.patch, found.batch) == (patch, batch)
    assert estimate is None or found.estimate_gb == pytest.approx(estimate, abs=0.1)


@pytest.mark.parametrize(("free_gb", "batch"), [(6, 0), (8, 1), (11, 2), (12, 2), (16, 3), (24, 5)])
def test_paper_on_every_card(free_gb, batch):
    assert largest_batch(PAPER, (128, 128, 128), free_gb) == batch


def test_paper_fits_the_smallest_card_with_a_smaller_patch():
    assert largest_batch(PAPER, (96, 96, 96), 6) >= 1


def test_five_percent_of_the_data_set_bind_on_the_largest_card():
    assert plan(RESENC, MEDIAN, 10 * VOXELS, 80).batch == 8
    assert plan(RESENC, MEDIAN, VOXELS // 20, 80).batch == 2


@given(
    free_gb=st.floats(5, 200),
    shape=st.tuples(*[st.integers(40, 400)] * 3),
    network=st.sampled_from([RESENC, PLAIN, PAPER]),
)
def test_a_plan_keeps_to_the_memory_and_to_multiples_of_32(free_gb, shape, network):
    found = plan(network, shape, 100 * int(np.prod(shape)), free_gb)
    assert training_gb(network, found.patch, found.batch) <= 0.9 * free_gb + 1e-9
    assert all(32 <= n <= 192 and n % 32 == 0 for n in found.patch)
    assert 2 <= found.batch <= 8


def test_steeper_slope_of_a_card_plans_smaller():
    found = plan(RESENC, MEDIAN, VOXELS, 12, gb_per_element=1e-8)
    assert np.prod(found.patch) < 128 * 128 * 160
    assert 2 * conv_elements(RESENC, found.patch) <= allowed_elements(12, 1e-8)


def test_cpus_take_a_fixed_patch():
    assert plan(RESENC, MEDIAN, VOXELS, None)[:2] == (CPU_PATCH, 2)


def test_card_that_holds_nothing_is_refused():
    with pytest.raises(RecipeError, match="does not fit"):
        plan(RESENC, MEDIAN, VOXELS, 2.5)
