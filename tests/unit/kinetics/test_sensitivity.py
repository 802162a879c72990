"""Every count of the sweeps equals that of a call with the threshold."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.exam import Box, Polygon, Region, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.neighbors import count_neighbors, supported_values
from breastdce.kinetics.sensitivity import (
    SensitivityParams,
    SensitivityReport,
    ftv_sensitivity,
)
from breastdce.kinetics.thresholds import FtvParams

PARAMS = SensitivityParams()
replace = msgspec.structs.replace


def made_phases(seed: int, shape: tuple[int, int, int]) -> Triple:
    """Small whole numbers, so that ties at thresholds are many; zeros and falling signal occur."""
    rng = np.random.default_rng(seed)
    grid = Grid(shape, (0.7, 0.8, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    pre = rng.integers(0, 13, shape)
    early = pre + rng.integers(-2, 20, shape)
    late = early + rng.integers(-9, 8, shape)
    return Triple(
        *(Volume(np.asfortranarray(data, np.float32), grid) for data in (pre, early, late))
    )


def recount(phases: Triple, region: Region, breast: Mask | None = None) -> tuple[int, int]:
    report = functional_tumor_volume(phases, region, FtvParams(), breast).report
    return report.ftv_voxels, report.kinetics.ser_at_least_threshold


def check_sweeps(
    phases: Triple, region: Region, found: SensitivityReport, breast: Mask | None = None
) -> None:
    used = found.thresholds
    base = replace(
        region,
        background=used.background,
        pe_percent=used.pe_percent,
        min_neighbors=used.min_neighbors,
    )
    for name, sweep in (
        ("pe_percent", found.pe_percent),
        ("background", found.background),
        ("min_neighbors", found.min_neighbors),
    ):
        assert sweep.used in sweep.values
        for value, *counts in zip(sweep.values, sweep.voxels, sweep.voxels_by_ser, strict=True):
            kind = float if name == "pe_percent" else int
            again = recount(phases, replace(base, **{name: kind(value)}), breast)
            assert again == tuple(counts), name


@pytest.mark.parametrize("neighbors", [0, 4, 9, 26])
@pytest.mark.parametrize(
    ("shape", "voi"),
    [
        ((7, 6, 40), Box((1, 0, 3), (5, 5, 37))),  # more slices than are worked on at a time
        ((5, 6, 4), None),
        ((4, 1, 5), Box((0, 0, 0), (3, 0, 4))),
    ],
)
def test_sweeps_equal_one_call_for_each_threshold(
    shape: tuple[int, int, int], voi: Box | None, neighbors: int
):
    phases = made_phases(neighbors, shape)
    omit = (Box((0, 0, 0), (1, 0, 1)), Polygon(2, (0, 1), ((2, 2), (4, 2), (4, 5)), 1, 3))
    region = Region(
        source=VoiSource.TABLE, voi=voi, omit=omit, pe_percent=66.5, min_neighbors=neighbors
    )
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    check_sweeps(phases, region, ftv_sensitivity(phases, region, measured, PARAMS))


@pytest.mark.parametrize("share", [0.4, 0.0])
def test_without_a_region_sweeps_count_where_ftv_does(share: float):
    """Inside the breasts; in the whole images where that mask is empty."""
    phases = made_phases(11, (7, 8, 20))
    inside = np.random.default_rng(2).random((7, 8, 20)) < share
    breast = Mask(np.asfortranarray(inside), phases.pre.grid)
    ftv = functional_tumor_volume(phases, Region(min_neighbors=2), FtvParams(), breast).report
    found = ftv_sensitivity(phases, Region(min_neighbors=2), ftv, PARAMS, breast)
    check_sweeps(phases, Region(min_neighbors=2), found, breast)
    for sweep in (found.pe_percent, found.background, found.min_neighbors):
        assert sweep.voxels[sweep.values.index(sweep.used)] == ftv.ftv_voxels
    at = found.background.values.index(ftv.thresholds.background)
    assert found.background_percent[at] == pytest.approx(60, abs=5)  # of a scale of a few units


def test_a_region_that_is_given_goes_before_the_breasts():
    phases = made_phases(12, (6, 6, 6))
    breast = Mask(np.zeros((6, 6, 6), np.bool_, order="F"), phases.pre.grid)
    breast.data[:2] = True
    region = Region(source=VoiSource.PROPOSED, voi=Box((1, 1, 1), (4, 4, 4)), min_neighbors=1)
    ftv = functional_tumor_volume(phases, region, FtvParams(), breast).report
    check_sweeps(phases, region, ftv_sensitivity(phases, region, ftv, PARAMS, breast), breast)


@pytest.mark.parametrize("percent", [40.0, 55.0, 80.0])
def test_background_shares_are_those_of_the_rule(percent: float):
    phases, region = made_phases(5, (9, 8, 7)), Region(min_neighbors=2)
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    found = ftv_sensitivity(phases, region, measured, PARAMS)
    direct = functional_tumor_volume(phases, region, FtvParams(background_percent=percent)).report
    at = found.background.values.index(direct.thresholds.background)
    assert found.background.voxels[at] == direct.ftv_voxels


def test_each_cell_of_the_table_of_pe_by_ser_equals_its_own_call():
    phases, region = made_phases(8, (8, 8, 8)), Region(background=3, min_neighbors=3)
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    found = ftv_sensitivity(phases, region, measured, PARAMS)
    for percent, row in zip(found.pe_percent.values, found.pe_by_ser, strict=True):
        for least, voxels in zip(found.ser_minimum, row, strict=True):
            report = functional_tumor_volume(
                phases,
                replace(region, pe_percent=percent),
                FtvParams(ser_threshold=least) if least else FtvParams(),
            ).report
            kept = report.kinetics.ser_at_least_threshold if least else report.ftv_voxels
            assert voxels == kept, (percent, least)


def test_a_threshold_of_many_digits_is_one_of_the_values():
    phases, region = made_phases(4, (5, 5, 5)), Region(background=2, pe_percent=66.123456789)
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    check_sweeps(phases, region, ftv_sensitivity(phases, region, measured, PARAMS))


def test_an_exam_without_tissue_gives_zeros():
    phases = made_phases(1, (4, 4, 4))
    region = Region(background=1000)
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    found = ftv_sensitivity(phases, region, measured, PARAMS)
    assert set(found.pe_percent.voxels) == set(found.min_neighbors.voxels) == {0}
    assert max(found.background.voxels) > 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 26))
def test_supported_value_is_the_largest_threshold_that_passes(seed: int, n: int):
    rng = np.random.default_rng(seed)
    shape = (3, 4, 2)
    image = rng.integers(0, 6, shape).astype(np.float32)
    flat, places = image.ravel(order="F"), np.arange(image.size)
    found = supported_values(flat, shape, places, n)
    for threshold in range(7):
        enough = count_neighbors(flat, shape, places, float(threshold)) >= n
        np.testing.assert_array_equal(found >= threshold, (flat >= threshold) & enough)


def test_neighbors_beyond_the_border_repeat_the_outermost_voxels():
    values = np.array([5, 1], np.float32)  # two voxels along i: each sees itself 8 times
    counts = count_neighbors(values, (2, 1, 1), np.arange(2), 3.0)
    # 17 of the 26 places at the first voxel repeat it: its own column without itself, and beyond.
    assert counts.tolist() == [17, 9]
