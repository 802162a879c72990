"""What must hold in any region for IBSI's shape, intensity and histogram features."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi import (
    autocorrelation,
    intensity_histogram,
    intensity_volume_histogram,
    local_intensity,
    morphology,
    statistics,
)
from breastdce.radiomics.region import Region

MODULES = (
    morphology,
    autocorrelation,
    local_intensity,
    statistics,
    intensity_histogram,
    intensity_volume_histogram,
)
# Sums in another order differ in the last digits; noise about 0 is compared with 1.
RELATIVE, NOISE = 1e-9, 1e-9
SPECTRAL = 1e-5  # of Moran's I and Geary's C: single-precision transforms
ITERATED = 1e-3  # of the enclosing ellipsoid

SPACING = (0.8, 1.0, 2.5)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=20, deadline=None)


def _features(voxels, inside, spacing=SPACING):
    i, j, k = voxels.shape
    grid = Grid((i, j, k), spacing, np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.asfortranarray(voxels, dtype=np.float32), grid)
    region = Region.of(image, Mask(np.asfortranarray(inside), grid))
    found = {}
    for module in MODULES:
        family = module.FAMILY
        for name, value in family.compute(region, family.params()).items():
            found[f"{family.name}.{name}"] = value
    return found


def _case(seed, shape=(6, 5, 4), density=0.5):
    rng = np.random.default_rng(seed)
    return rng.normal(1, 2, shape).astype(np.float32), rng.random(shape) < density


def _same(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        if isinstance(value, Undefined) or isinstance(other[name], Undefined):
            assert other[name] is value, name
            continue
        tolerance = RELATIVE
        if name.startswith("autocorrelation"):
            tolerance = SPECTRAL
        elif "enclosing" in name:
            tolerance = ITERATED
        np.testing.assert_allclose(
            other[name], value, rtol=tolerance, atol=max(NOISE, tolerance / 10), err_msg=name
        )


@few
@given(seed=seeds, before=st.integers(0, 2), after=st.integers(0, 2))
def test_padding_with_what_is_unknown_changes_nothing(seed, before, after):
    voxels, inside = _case(seed)
    pad = (before, after)
    padded = np.pad(voxels, pad, constant_values=np.nan)  # a ball skips it, as it skips the outside
    _same(_features(voxels, inside), _features(padded, np.pad(inside, pad)))


@few
@given(seed=seeds, flips=st.tuples(*[st.sampled_from([1, -1])] * 3))
def test_flips_change_nothing(seed, flips):
    voxels, inside = _case(seed)
    turn = tuple(slice(None, None, step) for step in flips)
    _same(_features(voxels, inside), _features(voxels[turn], inside[turn]))


@few
@given(seed=seeds, axes=st.permutations([0, 1, 2]))
def test_axes_may_be_permuted_with_their_spacing(seed, axes):
    voxels, inside = _case(seed)
    spacing = tuple(SPACING[axis] for axis in axes)
    _same(
        _features(voxels, inside),
        _features(voxels.transpose(axes), inside.transpose(axes), spacing),
    )


@few
@given(seed=seeds, shift=st.integers(-64, 64), power=st.integers(-2, 4))
def test_linear_maps_of_whole_intensities_act_as_they_should(seed, shift, power):
    rng = np.random.default_rng(seed)
    whole = rng.integers(-8, 9, (6, 5, 4)).astype(np.float32)
    _, inside = _case(seed)
    if inside.sum() < 10:
        return
    scale = 2.0**power  # exact in floating point, as is the shift
    before, after = _features(whole, inside), _features(whole * scale + shift, inside)
    same = [
        name
        for name in before
        if name.startswith(("autocorrelation", "intensity_histogram", "intensity_volume_histogram"))
        or (name.startswith("morphology") and not name.endswith(("mass_shift", "intensity")))
        or name.endswith((".skewness", ".excess_kurtosis"))
    ]
    _same({name: before[name] for name in same}, {name: after[name] for name in same})
    for name in ("mean", "median", "minimum", "percentile_10", "maximum"):
        expected = before[f"statistics.{name}"] * scale + shift
        np.testing.assert_allclose(after[f"statistics.{name}"], expected, rtol=RELATIVE, atol=NOISE)
    for name in ("range", "interquartile_range", "mean_absolute_deviation"):
        expected = before[f"statistics.{name}"] * scale
        np.testing.assert_allclose(after[f"statistics.{name}"], expected, rtol=RELATIVE, atol=NOISE)
    for name in ("local_peak", "global_peak"):
        expected = before[f"local_intensity.{name}"] * scale + shift
        found = after[f"local_intensity.{name}"]
        np.testing.assert_allclose(found, expected, rtol=RELATIVE, atol=NOISE)


@few
@given(seed=seeds, factor=st.sampled_from([0.5, 2.0, 4.0]))
def test_shape_scales_with_the_voxel(seed, factor):
    voxels, inside = _case(seed)
    if not inside.any():
        return
    wide = tuple(step * factor for step in SPACING)
    before, after = _features(voxels, inside), _features(voxels, inside, wide)
    for name, power in (
        ("volume_mesh", 3),
        ("surface_area", 2),
        ("maximum_3d_diameter", 1),
        ("major_axis_length", 1),
        ("sphericity", 0),
        ("volume_density_convex_hull", 0),
        ("volume_density_oriented_box", 0),
    ):
        expected = before[f"morphology.{name}"] * factor**power
        np.testing.assert_allclose(after[f"morphology.{name}"], expected, rtol=RELATIVE)


@few
@given(seed=seeds, density=st.sampled_from([0.0, 0.02, 0.1, 1.0]), flat=st.booleans())
def test_no_value_is_infinite_and_none_is_missing_without_a_reason(seed, density, flat):
    voxels, inside = _case(seed, density=density)
    found = _features(np.ones_like(voxels) if flat else voxels, inside)
    for name, value in found.items():
        assert isinstance(value, Undefined) or np.isfinite(value), name
