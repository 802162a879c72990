from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.resample import Edge
from breastdce.prepare.resample import ResampleParams, breasts_on, resample, resample_mask

STACK = Grid((8, 8, 10), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))


def _phases():
    rng = np.random.default_rng(3)
    return [Volume(rng.uniform(1, 9, STACK.shape).astype(np.float32), STACK) for _ in range(3)]


def test_phases_share_the_new_grid():
    found = resample(_phases(), ResampleParams())
    assert {phase.grid.shape for phase in found.phases} == {(8, 8, 20)}


def test_a_plane_that_itk_empties_is_a_caveat():
    found = resample(_phases(), ResampleParams())
    assert [caveat.code for caveat in found.caveats] == [CaveatCode.GRID_EDGE]
    assert found.caveats[0].detail == {"planes": 1, "zero": 1}
    assert not any(phase.data[:, :, 19].any() for phase in found.phases)


@pytest.mark.parametrize("interpolator", ["linear", "bspline"])
def test_extended_edges_leave_no_zero_plane_and_no_caveat(interpolator):
    params = ResampleParams(edge=Edge.EXTEND, interpolator=interpolator)
    found = resample(_phases(), params)
    assert found.caveats == ()
    assert all(phase.data[:, :, 19].any() for phase in found.phases)


def test_no_caveat_where_the_grid_ends_inside():
    inner = Grid((8, 8, 10), (0.7, 0.7, 1.1), np.eye(3), (0.0, 0.0, 0.0))
    phase = Volume(np.ones(inner.shape, np.float32), inner)
    assert resample([phase], ResampleParams()).caveats == ()


def test_bspline_passes_through_voxel_centers():
    phase = _phases()[0]
    found = resample([phase], ResampleParams(interpolator="bspline")).phases[0]
    # every other plane lies on a center; ITK's prefilter is exact to 1e-10, values are float32
    np.testing.assert_allclose(found.data[:, :, 0:20:2], phase.data, atol=1e-4)


def test_mask_lands_on_the_grid_of_the_images():
    inside = np.zeros(STACK.shape, bool)
    inside[2:6, 2:6, 3:6] = True
    target = resample(_phases(), ResampleParams()).phases[0].grid
    carried = resample_mask(Mask(inside, STACK), target)
    assert carried.grid.matches(target)
    assert np.count_nonzero(carried.data) == 2 * np.count_nonzero(inside)


def test_centered_grid_has_the_center_of_the_source_and_no_plane_outside():
    found = resample(_phases(), ResampleParams(grid="centered", spacing_mm=1.5))
    grid = found.phases[0].grid
    assert grid.shape == (6, 6, 14)  # 8, 8 and 20 mm, rounded up
    centers = [
        one.affine[:3, :3] @ ((np.array(one.shape) - 1) / 2) + one.affine[:3, 3]
        for one in (grid, STACK)
    ]
    np.testing.assert_allclose(centers[0], centers[1], atol=1e-12)
    assert found.caveats == ()


def test_clipping_keeps_a_spline_in_the_range_of_its_own_image():
    edges = np.zeros(STACK.shape, np.float32)
    edges[2:5, 2:5, 3:6] = 9.0
    phases = [Volume(edges, STACK), Volume(edges + 100, STACK)]
    kept = resample(phases, ResampleParams(interpolator="bspline", edge=Edge.EXTEND)).phases
    assert kept[0].data.min() < -0.1
    clipped = resample(
        phases, ResampleParams(interpolator="bspline", overshoot="clip", edge=Edge.EXTEND)
    ).phases
    ranges = [(float(one.data.min()), float(one.data.max())) for one in clipped]
    assert ranges == [(0.0, 9.0), (100.0, 109.0)]
    inner = (kept[0].data >= 0) & (kept[0].data <= 9)
    assert np.array_equal(kept[0].data[inner], clipped[0].data[inner])


def test_a_mask_may_be_carried_by_vote():
    inside = np.zeros(STACK.shape, bool, order="F")
    inside[2:6, 2:6, 3:6] = True
    target = resample(_phases(), ResampleParams()).phases[0].grid
    voted = resample_mask(Mask(inside, STACK), target, rule="vote")
    # planes 6 to 10 lie at 3 to 5; those halfway to the outside are out
    assert np.flatnonzero(voted.data.any(axis=(0, 1))).tolist() == [6, 7, 8, 9, 10]


def test_breasts_are_brought_to_the_grid_of_the_images():
    inside = np.zeros(STACK.shape, bool)
    inside[2:6, 1:7, 3:6] = True
    target = resample(_phases(), ResampleParams()).phases[0].grid
    found = breasts_on(Mask(inside, STACK), target)
    assert found is not None
    assert found.dtype == np.bool_
    expected = np.zeros((8, 8, 20), bool)
    expected[2:6, 1:7, 5:11] = True  # slices at 6, 8 and 10 mm; halfway up, at 5 mm, is theirs
    np.testing.assert_array_equal(found, expected)


def test_breasts_are_found_where_the_grid_of_the_images_lies():
    inside = np.zeros(STACK.shape, bool)
    inside[2:6, 1:7, 3:6] = True
    moved = Grid((4, 8, 10), STACK.spacing_mm, STACK.direction, (3.0, 0.0, 0.0))
    found = breasts_on(Mask(inside, STACK), moved)
    np.testing.assert_array_equal(found, inside[3:7])


def test_breasts_beside_the_grid_are_known_to_be_outside_it():
    inside = np.zeros(STACK.shape, bool)
    inside[0, 0, 0] = True
    beside = Grid((4, 8, 10), STACK.spacing_mm, STACK.direction, (4.0, 0.0, 0.0))
    found = breasts_on(Mask(inside, STACK), beside)
    assert found is not None
    assert not found.any()


def test_an_empty_mask_says_that_nobody_knows_where_the_breasts_are():
    assert breasts_on(Mask(np.zeros(STACK.shape, bool), STACK), STACK) is None


def test_the_stage_does_without_simpleitk():
    code = "import sys, breastdce.stages.resample; print('SimpleITK' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
