"""Noise of known strength, and what has none that can be told."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.qc.noise import RAYLEIGH, noise_of_air, noise_of_tissue

SHAPE = (96, 80, 12)
WHOLE = np.ones(SHAPE, bool, order="F")


def gaussian(sd: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.asfortranarray(rng.normal(0, sd, SHAPE).astype(np.float32))


def magnitude(sd: float, coils: int = 1) -> np.ndarray:
    """Root of the sum of squares of the two channels of each coil."""
    channels = [gaussian(sd, seed) for seed in range(2 * coils)]
    return np.sqrt(sum(np.square(one) for one in channels))


def test_the_constant_is_that_of_the_rayleigh_distribution():
    assert pytest.approx(0.655, abs=5e-4) == RAYLEIGH


@pytest.mark.parametrize("sd", [0.5, 7.0])
def test_noise_of_air_is_that_of_a_channel(sd):
    assert noise_of_air(magnitude(sd), WHOLE) == pytest.approx(sd, rel=0.02)


def test_eight_coils_together_seem_to_have_8_percent_more():
    # A chi distribution of 16 channels has an SD of 0.70 of that of a channel.
    assert noise_of_air(magnitude(2.0, coils=8), WHOLE) == pytest.approx(2.15, rel=0.02)


def test_ghosts_in_a_few_blocks_are_not_seen():
    image = magnitude(2.0)
    image[:24, :24] *= 10
    assert noise_of_air(image, WHOLE) == pytest.approx(2.0, rel=0.03)


def test_air_that_is_small_or_of_one_value_has_no_noise():
    small = np.zeros(SHAPE, bool, order="F")
    small[:16, :16] = True  # four blocks a slice
    assert isinstance(noise_of_air(magnitude(2.0), small), float)
    small[..., 7:] = False
    assert noise_of_air(magnitude(2.0), small) is Undefined.TOO_FEW_VOXELS
    mostly = magnitude(2.0)
    mostly[np.random.default_rng(3).random(SHAPE) < 0.6] = 0.0
    assert noise_of_air(mostly, WHOLE) is Undefined.AIR_MASKED


def test_noise_of_tissue_does_not_see_a_ramp():
    i, j, _ = np.ogrid[:96, :80, :12]
    ramp = np.asfortranarray(np.broadcast_to(100.0 + 3 * i - 2 * j, SHAPE).astype(np.float32))
    assert noise_of_tissue(ramp + gaussian(4.0), WHOLE) == pytest.approx(4.0, rel=0.02)
    assert noise_of_tissue(ramp, WHOLE) is Undefined.FLAT_REGION


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (np.s_[:0], Undefined.EMPTY_REGION),
        (np.s_[:2], Undefined.TOO_FEW_VOXELS),
        (np.s_[:30, :30, :2], Undefined.TOO_FEW_VOXELS),
    ],
)
def test_small_tissue_has_no_noise(place, reason):
    tissue = np.zeros(SHAPE, bool, order="F")
    tissue[place] = True
    assert noise_of_tissue(gaussian(4.0), tissue) is reason
