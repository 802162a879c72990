"""What must hold for resampling and normalization of any image."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.resample import Edge
from breastdce.prepare.resample import ResampleParams, resample, resample_mask
from breastdce.prepare.zscore import ZscoreParams, zscore
from breastdce.testing import itk_oracle

spacings = st.tuples(*[st.floats(0.4, 3.5)] * 3)
shapes = st.tuples(*[st.integers(4, 12)] * 3)


def _grid(shape, spacing):
    return Grid(shape, spacing, np.eye(3), (1.0, -2.0, 3.0))


@settings(max_examples=40, deadline=None)
@given(shape=shapes, spacing=spacings, value=st.floats(0.5, 1000, width=32))
def test_a_constant_image_stays_constant_where_edges_extend(shape, spacing, value):
    image = Volume(np.full(shape, value, np.float32), _grid(shape, spacing))
    found = resample([image], ResampleParams(edge=Edge.EXTEND)).phases[0]
    assert np.unique(found.data).tolist() == [np.float32(value)]


@settings(max_examples=40, deadline=None)
@given(shape=shapes, spacing=spacings)
def test_a_ramp_in_millimeters_is_reproduced_between_the_centers(shape, spacing):
    grid = _grid(shape, spacing)
    i, j, k = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    ramp = 2.0 * i * spacing[0] - 3.0 * j * spacing[1] + 0.5 * k * spacing[2]
    found = resample([Volume(ramp.astype(np.float32), grid)], ResampleParams()).phases[0]
    inner = tuple(
        slice(0, int((n - 1) * s + 1e-9) + 1) for n, s in zip(shape, spacing, strict=True)
    )
    x, y, z = np.meshgrid(*(np.arange(n) for n in found.grid.shape), indexing="ij")
    expected = (2.0 * x - 3.0 * y + 0.5 * z)[inner]
    # corners of the ramp are rounded to float32: 1e-7 of about 200
    np.testing.assert_allclose(found.data[inner], expected, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    shape=shapes,
    spacing=spacings,
    step=st.floats(0.5, 2.5),
    interpolator=st.sampled_from(["linear", "bspline"]),
    grid=st.sampled_from(["release", "centered"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_image_is_resampled_as_simpleitk_does(shape, spacing, step, interpolator, grid, seed):
    signal = np.random.default_rng(seed).uniform(1, 200, shape).astype(np.float32)
    # ITK finds positions through millimeters: an origin of 0 leaves no rounding to differ in.
    image = Volume(signal, Grid(shape, spacing, np.eye(3), (0.0, 0.0, 0.0)))
    params = ResampleParams(spacing_mm=step, interpolator=interpolator, grid=grid)
    found = resample([image], params).phases[0]
    kind = {"linear": itk_oracle.Interpolator.LINEAR, "bspline": itk_oracle.Interpolator.BSPLINE}[
        interpolator
    ]
    oracle = itk_oracle.resample(image, found.grid, kind)
    # of the maximum, as chosen for real images; noise rings more, so that a spline gets thrice that
    relative = {"linear": 3e-7, "bspline": 3e-6}[interpolator]
    np.testing.assert_allclose(found.data, oracle.data, rtol=0, atol=relative * 200)


@settings(max_examples=40, deadline=None)
@given(spacing=spacings, first=st.integers(1, 4), size=st.integers(1, 6))
def test_a_box_keeps_its_size_to_within_a_millimeter_along_each_axis(spacing, first, size):
    grid = _grid((12, 12, 12), spacing)
    box = np.zeros(grid.shape, bool, order="F")
    box[(slice(first, first + size),) * 3] = True
    image = Volume(np.ones(grid.shape, np.float32), grid)
    target = resample([image], ResampleParams()).phases[0].grid
    carried = resample_mask(Mask(box, grid), target).data
    for axis, step in enumerate(spacing):
        length = np.count_nonzero(carried.any(axis=tuple({0, 1, 2} - {axis})))
        # a half-open interval of this length holds floor or ceil of it of the centers 1 mm apart;
        # none at all along any axis when one is shorter than 1 mm and falls between two
        assert abs(length - size * step) < 1 + 1e-9 or not carried.any()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    factor=st.floats(0.0625, 128, width=32),
    offset=st.floats(-50, 50, width=32),
)
def test_zscore_is_blind_to_a_positive_affine_map(seed, factor, offset):
    grid = _grid((4, 5, 6), (1.0, 1.0, 1.0))
    rng = np.random.default_rng(seed)
    phases = [rng.uniform(0, 10, grid.shape).astype(np.float32) for _ in range(3)]
    one = zscore([Volume(phase, grid) for phase in phases], ZscoreParams())
    mapped = [Volume((phase * factor + offset).astype(np.float32), grid) for phase in phases]
    two = zscore(mapped, ZscoreParams())
    # offset 50 over a deviation of 0.0625 x 3: float32 keeps 7 digits of 50
    tolerance = 1e-4 + 2e-7 * abs(offset) / factor
    for left, right in zip(one.phases, two.phases, strict=True):
        np.testing.assert_allclose(left.data, right.data, atol=tolerance)
