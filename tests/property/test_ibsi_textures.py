"""What must hold for IBSI's textures in any region."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import parse_panel
from tests.property.regions import REGIONS

TEXT = """
name = "textures"
schema = 1
description = "textures, five bins"
families = "ibsi"
[shared]
binning = { method = "number", bins = 5 }
"""
FAMILIES = ("glcm", "glrlm", "glszm", "gldzm", "ngtdm", "ngldm")
PANEL = parse_panel(
    TEXT + "".join(f'[[family]]\nname = "{name}"\nlabel = "{name}"\n' for name in FAMILIES), "here"
)
RELATIVE, NOISE = 1e-9, 1e-12  # sums in another order
seeds = st.integers(0, 2**32 - 1)


def _features(voxels, inside):
    grid = Grid(voxels.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.asfortranarray(voxels, dtype=np.float32), grid)
    return extract_features(image, Mask(np.asfortranarray(inside), grid), PANEL)


def _case(seed, shape=(6, 5, 4)):
    rng = np.random.default_rng(seed)
    inside = rng.random(shape) < 0.7
    inside[0, 0, 0] = inside[1, 0, 0] = True
    return rng.integers(0, 40, shape).astype(np.float32), inside


def _same(one, other, *endings):
    names = [name for name in one.values if not endings or name.endswith(endings)]
    assert names
    left = np.array([one.values[name] for name in names])
    right = np.array([other.values[name] for name in names])
    np.testing.assert_allclose(left, right, rtol=RELATIVE, atol=NOISE, equal_nan=True)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, pad=st.integers(1, 3))
def test_padding_changes_nothing(seed, pad):
    voxels, inside = _case(seed)
    padded = _features(np.pad(voxels, pad, constant_values=99), np.pad(inside, pad))
    _same(_features(voxels, inside), padded)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, axes=st.permutations([0, 1, 2]))
def test_axes_may_be_permuted_in_space(seed, axes):
    voxels, inside = _case(seed)
    turned = _features(voxels.transpose(axes), inside.transpose(axes))
    _same(_features(voxels, inside), turned, "3D", "3D_avg", "3D_comb")


@settings(max_examples=15, deadline=None)
@given(seed=seeds, flips=st.sets(st.sampled_from([0, 1, 2])))
def test_axes_may_be_flipped_and_slices_turned(seed, flips):
    voxels, inside = _case(seed)
    turned = [np.flip(array, tuple(flips)).transpose(1, 0, 2) for array in (voxels, inside)]
    _same(_features(voxels, inside), _features(*turned))


@settings(max_examples=15, deadline=None)
@given(seed=seeds, shift=st.integers(-1000, 1000), power=st.integers(-4, 4))
def test_a_number_of_bins_does_not_depend_on_shift_and_scale(seed, shift, power):
    voxels, inside = _case(seed)
    moved = voxels * np.float32(2.0**power) + np.float32(shift)  # exact in float32
    _same(_features(voxels, inside), _features(moved, inside))


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_what_lies_outside_the_region_does_not_matter(seed):
    voxels, inside = _case(seed)
    _same(_features(voxels, inside), _features(np.where(inside, voxels, -777), inside))


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize("flat", [False, True])
def test_every_value_is_a_finite_number_or_has_a_reason(name, flat):
    inside = REGIONS[name]
    voxels = np.random.default_rng(3).normal(size=inside.shape)
    found = _features(np.full_like(voxels, 2) if flat else voxels, inside)
    undefined = {column for column, value in found.values.items() if not np.isfinite(value)}
    assert undefined == set(found.reasons)
    assert not np.isinf(list(found.values.values())).any()
    if name in ("a ball", "all of the image"):
        assert not undefined
