"""What must hold for the captk panel in any region."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import load_panel

PANEL = load_panel("captk")
# Sums in another order differ in the last digits; noise about 0 is compared with the range.
RELATIVE, NOISE = 1e-9, 1e-9


def _grid(shape):
    return Grid(shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def _features(voxels, inside):
    grid = _grid(voxels.shape)
    image = Volume(np.asfortranarray(voxels, dtype=np.float32), grid)
    return extract_features(image, Mask(np.asfortranarray(inside), grid), PANEL).values


def _case(seed, shape=(6, 5, 4)):
    rng = np.random.default_rng(seed)
    return rng.normal(1, 2, shape).astype(np.float32), rng.random(shape) < 0.5


def _same(one, other):
    names = list(one)
    left = np.array([one[name] for name in names])
    right = np.array([other[name] for name in names])
    np.testing.assert_allclose(left, right, rtol=RELATIVE, atol=NOISE, equal_nan=True)


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, pad=st.integers(1, 3))
def test_padding_changes_nothing(seed, pad):
    voxels, inside = _case(seed)
    _same(
        _features(voxels, inside),
        _features(np.pad(voxels, pad, constant_values=99), np.pad(inside, pad)),
    )


@settings(max_examples=20, deadline=None)
@given(seed=seeds, axes=st.permutations([0, 1, 2]))
def test_axes_may_be_permuted_in_these_families(seed, axes):
    voxels, inside = _case(seed)
    _same(_features(voxels, inside), _features(voxels.transpose(axes), inside.transpose(axes)))


@settings(max_examples=20, deadline=None)
@given(seed=seeds, power=st.integers(-3, 3))
def test_scaling_by_a_power_of_two_scales_intensities_and_keeps_the_histogram(seed, power):
    voxels, inside = _case(seed)
    factor = 2.0**power  # exact in floating point
    before, after = _features(voxels, inside), _features(voxels * np.float32(factor), inside)
    for name in ("Mean", "Median", "StandardDeviation", "Range", "TenthPercentile", "Mode"):
        column = f"T1_E_Intensity_{name}"
        np.testing.assert_allclose(after[column], factor * before[column], rtol=RELATIVE)
    for name in before:
        intensity_units = "FifthPercentile" in name
        if name.startswith("T1_E_Histogram") and not intensity_units:
            np.testing.assert_allclose(after[name], before[name], rtol=RELATIVE, atol=NOISE)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_frequencies_add_up_to_the_voxels(seed):
    voxels, inside = _case(seed)
    found = _features(voxels, inside)
    total = sum(value for name, value in found.items() if name.endswith("_Frequency"))
    assert total == found["T1_E_Volumetric_Pixels"] == np.count_nonzero(inside)
