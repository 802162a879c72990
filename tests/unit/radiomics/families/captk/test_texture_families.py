"""Textures as the program has them, on regions that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.radiomics.families.captk import glcm, glrlm, glszm, lbp, ngtdm
from breastdce.radiomics.panel import FAMILIES
from tests.unit.radiomics.families.captk.regions import region_of, row_of

COUNTS = {"glcm": 8, "glrlm": 12, "glszm": 18, "ngtdm": 5, "lbp": 1, "morphologic": 19}


@pytest.mark.parametrize("name", COUNTS)
def test_names_are_sorted_explained_and_kept_by_an_empty_region(name):
    family = FAMILIES["captk"].get(name)
    params = family.params()
    names = family.names(params)
    assert len(names) == COUNTS[name]
    if name != "ngtdm":  # published as Coarsness before Complexity
        assert names == tuple(sorted(names))
    assert all(item.definition.endswith(".") and item.unit for item in family.features(params))
    found = family.compute(region_of(np.ones((2, 2, 2)), np.zeros((2, 2, 2))), params)
    assert tuple(found) == names
    assert set(found.values()) == {Undefined.EMPTY_REGION}


def test_glcm_bins_reach_to_the_maximum_plus_one():
    # 0 and 1 in two bins from 0 to 2: each its own; offsets across the row have no pair.
    found = glcm.compute(row_of(0, 1, 0, 1), glcm.GlcmParams(bins=2))
    assert found["Contrast"] is Undefined.NO_PAIRS
    # 24 offsets without pairs count 0, the two along the row one bit each
    assert found["Entropy"] == pytest.approx(2 * 1 / 26)


def test_glcm_of_a_checkerboard():
    board = np.indices((4, 4, 4)).sum(axis=0) % 2
    found = glcm.compute(region_of(board, np.ones_like(board)), glcm.GlcmParams(bins=2))
    # of 26 neighbors those with an odd number of steps differ: 6 faces and 8 corners
    assert found["Contrast"] == pytest.approx(14 / 26)
    assert found["Homogeneity"] == pytest.approx((12 + 14 / 2) / 26)
    assert found["Energy"] == pytest.approx(0.5, rel=0.01)
    # both levels are as frequent, so that the program divides by a variance of 0
    assert found["AutoCorrelation"] is Undefined.ZERO_DENOMINATOR


def test_glszm_keeps_the_maximum_apart_and_counts_it_in_the_last_bin():
    # bins of width 1.5: 0, 1 in the first, 2 in the second, 3 a third that counts as the second
    found = glszm.compute(row_of(0, 1, 2, 3), glszm.GlszmParams(bins=2, radius=1))
    assert found["ZoneSizeMean"] == pytest.approx(4 / 3)
    assert found["GreyLevelMean"] == pytest.approx((1 + 2 + 2) / 3)
    assert found["ZonePercentage"] == 3 / 4


def test_glrlm_runs_leave_the_region():
    voxels = np.zeros((3, 1, 1))
    voxels[0, 0, 0] = 0
    inside = np.array([True, False, True]).reshape(3, 1, 1)
    voxels[2] = 5
    params = glrlm.GlrlmParams(bins=4, radius=1)
    found = glrlm.compute(region_of(voxels, inside), params)
    assert found["TotalRuns"] == 2  # 0 runs on to the voxel between, 5 is alone
    # along the row (2 of 26 offsets) the run of 0 is 1 mm long, of 2 mm in 4 bins: bin 3 of 4
    assert found["LongRunEmphasis"] == pytest.approx((24 * 1 + 2 * (9 + 1) / 2) / 26)


def test_glrlm_runs_pass_through_the_gap_of_a_region():
    inside = np.array([True, False, True, True]).reshape(4, 1, 1)
    voxels = np.array([1, 1, 1, 9]).reshape(4, 1, 1)
    found = glrlm.compute(region_of(voxels, inside), glrlm.GlrlmParams(bins=4, radius=1))
    # along the row the run from the first voxel takes in the third, which begins no run
    assert found["TotalRuns"] == pytest.approx((24 * 3 + 2 * 2) / 26)


def test_ngtdm_of_two_levels_and_no_surroundings():
    # half-width 0: the mean is 0 and each difference the level itself, 1 and 128
    found = ngtdm.compute(row_of(0, 1), ngtdm.NgtdmParams(half_width=0))
    assert found["Coarsness"] == pytest.approx(1 / (0.5 * 1 + 0.5 * 128))
    assert found["Strength"] == pytest.approx(2 * (0.5 + 0.5) * 127**2 / 129)
    near = ngtdm.compute(row_of(0, 1), ngtdm.NgtdmParams(half_width=4))
    assert near["Coarsness"] == pytest.approx(1 / 127)


def test_ngtdm_of_equal_voxels_is_as_coarse_as_the_program_allows():
    found = ngtdm.compute(row_of(2, 2, 2), ngtdm.NgtdmParams())
    assert (found["Coarsness"], found["Contrast"], found["Strength"]) == (1e6, 0, 0)


def test_lbp_of_one_bright_voxel_is_seen_once_from_every_position_around_it():
    voxels = np.zeros((9, 9, 9))
    voxels[4, 4, 4] = 1
    found = lbp.compute(region_of(voxels, voxels > 0), lbp.LbpParams())
    seen = (n for n in range(343) if n != 171)
    total = sum(2 ** (n % 32) if n % 32 < 31 else -(2**31) for n in seen)
    assert found["LBP"] == pytest.approx(total / 9**3, rel=1e-6)  # each pattern is float32


def test_lbp_repeats_the_border_of_the_image():
    voxels = np.array([1.0, 0.0]).reshape(2, 1, 1)
    found = lbp.compute(region_of(voxels, np.ones_like(voxels)), lbp.LbpParams(radius=1))
    # The dark voxel sees the bright one in the 9 positions to its left, i = 0 of 3.
    assert found["LBP"] == float(np.float32(sum(2 ** (3 * n) for n in range(9)))) / 2
