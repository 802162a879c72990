from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.prepare.moments import pooled_moments
from breastdce.prepare.zscore import ZscoreParams, zscore

GRID = Grid((7, 6, 5), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def _phases(seed=0):
    rng = np.random.default_rng(seed)
    return [
        Volume(np.asfortranarray(rng.normal(50 + 9 * n, 20, GRID.shape), np.float32), GRID)
        for n in range(3)
    ]


def _all(phases):
    return np.stack([phase.data for phase in phases]).astype(np.float64)


def test_moments_are_those_of_all_phases_together():
    phases = _phases()
    mean, sd = pooled_moments(phases)
    assert mean == pytest.approx(_all(phases).mean(), rel=1e-12)  # order of float64 sums
    assert sd == pytest.approx(_all(phases).std(), rel=1e-12)


def test_pooled_result_has_mean_zero_and_deviation_one():
    found = zscore(_phases(), ZscoreParams())
    mean, sd = pooled_moments(found.phases)
    assert abs(mean) < 1e-4  # the promise; float32 leaves about 1e-8
    assert abs(sd - 1) < 1e-4
    assert all(phase.data.dtype == np.float32 for phase in found.phases)
    assert all(phase.data.flags.f_contiguous for phase in found.phases)


def test_differences_between_phases_survive():
    phases = _phases()
    found = zscore(phases, ZscoreParams())
    before = phases[1].data.astype(np.float64) - phases[0].data
    after = found.phases[1].data.astype(np.float64) - found.phases[0].data
    np.testing.assert_allclose(after * found.sd, before, atol=1e-4)  # float32 of values near 3


def test_bytes_do_not_depend_on_memory_order():
    phases = _phases()
    other = [Volume(np.ascontiguousarray(phase.data), GRID) for phase in phases]
    one, two = zscore(phases, ZscoreParams()), zscore(other, ZscoreParams())
    assert (one.mean, one.sd) == (two.mean, two.sd)
    for left, right in zip(one.phases, two.phases, strict=True):
        assert left.data.tobytes("F") == right.data.tobytes("F")


def test_trimmed_moments_leave_the_tails_out():
    phases = _phases()
    phases[0].data[0, 0, 0] = 1e6
    found = zscore(phases, ZscoreParams(mode="trimmed", lower_percent=5, upper_percent=95))
    pooled = _all(phases).ravel()
    low, high = np.percentile(pooled, (5, 95))
    kept = pooled[(pooled >= low) & (pooled <= high)]
    assert found.mean == pytest.approx(kept.mean(), rel=1e-9)
    assert found.sd == pytest.approx(kept.std(), rel=1e-9)


def test_masked_moments_are_those_inside_the_mask():
    phases = _phases()
    inside = np.zeros(GRID.shape, bool)
    inside[2:5, 1:4, 3] = True
    found = zscore(phases, ZscoreParams(mode="masked"), Mask(inside, GRID))
    assert found.mean == pytest.approx(_all(phases)[:, inside].mean(), rel=1e-12)


def test_masked_without_a_mask_takes_positive_voxels():
    phases = _phases()
    for phase in phases:
        phase.data[:3] = 0
    found = zscore(phases, ZscoreParams(mode="masked"))
    pooled = _all(phases)
    assert found.mean == pytest.approx(pooled[pooled > 0].mean(), rel=1e-12)
    assert found.sd == pytest.approx(pooled[pooled > 0].std(), rel=1e-12)


@pytest.mark.parametrize("mode", ["pooled", "trimmed", "masked"])
def test_flat_images_stay_as_they_are_with_a_caveat(mode):
    flat = [Volume(np.full(GRID.shape, 7.0, np.float32), GRID)] * 3
    found = zscore(flat, ZscoreParams(mode=mode))
    assert [caveat.code for caveat in found.caveats] == [CaveatCode.FLAT_INTENSITY]
    assert found.phases == tuple(flat)


def test_an_empty_mask_is_flat():
    nothing = Mask(np.zeros(GRID.shape, bool), GRID)
    found = zscore(_phases(), ZscoreParams(mode="masked"), nothing)
    assert found.caveats[0].code is CaveatCode.FLAT_INTENSITY


def test_a_mask_on_another_grid_is_refused():
    other = Grid(GRID.shape, GRID.spacing_mm, np.eye(3), (9.0, 0.0, 0.0))
    with pytest.raises(InputError) as caught:
        zscore(_phases(), ZscoreParams(mode="masked"), Mask(np.ones(GRID.shape, bool), other))
    assert caught.value.code is ErrorCode.GRID_MISMATCH
