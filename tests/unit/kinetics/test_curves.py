"""Closed forms: curves of a few phases whose description can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.exam import Box, Dynamic, Region, TimeZero, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.curve_maps import map_curves
from breastdce.kinetics.curves import (
    QUANTITIES,
    Curves,
    CurvesParams,
    CurveType,
    Sampling,
    describe_curves,
    sampling_of,
    undefined_reasons,
)
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.stored import as_stored
from breastdce.kinetics.thresholds import FtvParams

PARAMS = CurvesParams()
TIMES = (60.0, 120.0, 240.0)
SAMPLING = Sampling(pre=0, early=1, late=3, times_s=TIMES)


def curve(*signal: float, sampling: Sampling = SAMPLING, params: CurvesParams = PARAMS) -> Curves:
    return describe_curves(np.array(signal, np.float32)[:, None], sampling, params)


def numbers(curves: Curves) -> dict[str, float]:
    return {name: float(getattr(curves, name)[0]) for name in QUANTITIES}


def test_a_curve_of_three_phases_by_hand():
    found = curve(100, 160, 200, 140)  # enhancement 60, 100, 40 percent at 60, 120, 240 s
    assert numbers(found) == pytest.approx(
        {
            "peak_enhancement": 100.0,
            "time_to_peak": 120.0,
            "wash_in_slope": 100 / 120,
            "wash_out_slope": (40 - 100) / (240 - 120),
            # 0 to 60 s: triangle of 60 percent; 60 to 90 s: 60 rising to 80 percent
            "initial_auc": 60 * 60 / 2 + 30 * (60 + 80) / 2,
            "auc": 60 * 60 / 2 + 60 * (60 + 100) / 2 + 120 * (100 + 40) / 2,
        },
        rel=1e-6,
    )


def test_a_straight_line_has_its_own_slope_and_area():
    rate = 0.25  # percent per s
    found = numbers(curve(*(100 + rate * t for t in (0.0, *TIMES))))
    assert found["wash_in_slope"] == pytest.approx(rate, rel=1e-5)
    assert found["initial_auc"] == pytest.approx(rate * 90**2 / 2, rel=1e-5)
    assert found["auc"] == pytest.approx(rate * 240**2 / 2, rel=1e-5)


def test_no_wash_out_slope_where_the_last_phase_is_the_peak():
    found = numbers(curve(100, 110, 120, 130))
    assert np.isnan(found["wash_out_slope"])
    assert found["time_to_peak"] == 240.0


def test_the_first_of_two_equal_peaks_counts():
    assert numbers(curve(100, 150, 150, 120))["time_to_peak"] == 60.0


def test_no_signal_before_contrast_leaves_everything_undefined():
    found = curve(0, 110, 120, 130)
    assert all(np.isnan(value) for value in numbers(found).values())
    assert found.kind[0] == CurveType.UNDEFINED


@pytest.mark.parametrize(
    ("early", "late", "kind"),
    [
        (200, 221, CurveType.PERSISTENT),
        (200, 220, CurveType.PLATEAU),  # 10 percent exactly
        (200, 180, CurveType.PLATEAU),
        (200, 179, CurveType.WASHOUT),
    ],
)
def test_type_by_the_change_of_signal_after_the_early_phase(early, late, kind):
    assert curve(100, early, 190, late).kind[0] == kind


def test_without_times_peak_and_type_remain():
    sampling = Sampling(pre=0, early=1, late=3, times_s=None)
    found = curve(100, 160, 200, 140, sampling=sampling)
    assert numbers(found)["peak_enhancement"] == 100.0
    assert found.kind[0] == CurveType.WASHOUT
    assert [name for name in QUANTITIES if np.isnan(numbers(found)[name])] == list(QUANTITIES[1:])
    reasons = undefined_reasons(sampling, PARAMS)
    assert reasons == dict.fromkeys(QUANTITIES[1:], Undefined.TIMES_UNKNOWN)


@pytest.mark.parametrize("end", [30.0, 300.0])
def test_no_initial_area_where_no_phase_lies_in_its_time_or_it_ends_late(end: float):
    params = CurvesParams(initial_s=end)
    assert np.isnan(numbers(curve(100, 160, 200, 140, params=params))["initial_auc"])
    assert undefined_reasons(SAMPLING, params) == {"initial_auc": Undefined.SAMPLED_TOO_LATE}


@pytest.mark.parametrize(
    ("delays", "zero", "times"),
    [
        ((-90.0, 60.0, 120.0), TimeZero.INJECTION, (60.0, 120.0)),
        ((-90.0, 60.0, 120.0), TimeZero.FIRST_POST_START, (60.0, 120.0)),
        ((0.0, 60.0, 120.0), TimeZero.FIRST_PHASE_START, None),
        ((-90.0, None, 120.0), TimeZero.INJECTION, None),
        ((-90.0, 120.0, 60.0), TimeZero.INJECTION, None),
        ((-90.0, -5.0, 60.0), TimeZero.INJECTION, None),
        ((None, 60.0, 120.0), TimeZero.INJECTION, (60.0, 120.0)),
    ],
)
def test_times_count_only_when_they_are_known_after_contrast(delays, zero, times):
    assert sampling_of((0, 1, 2), delays, zero).times_s == times


def test_stored_values_are_the_nearest_steps_within_the_type():
    values = np.array([0.26, -0.24, np.nan, 1e9, -1e9])
    assert as_stored(values, 0.1).tolist() == [3, -2, 0, 32767, -32767]


def exam() -> tuple[Dynamic, Region]:
    """Enhancement in the middle of the images; an omitted slice of i; dark voxels at j = 0."""
    grid = Grid((6, 5, 4), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    rng = np.random.default_rng(3)
    pre = rng.integers(20, 40, grid.shape).astype(np.float32)
    pre[:, 0, :] = 1
    shares = rng.uniform(0.8, 2.4, (3, *grid.shape))
    images = [pre, *(np.rint(pre * share) for share in shares)]
    volumes = tuple(Volume(np.asfortranarray(image, np.float32), grid) for image in images)
    region = Region(
        voi=Box((1, 0, 1), (5, 4, 3)),
        omit=(Box((3, 0, 0), (3, 4, 3)),),
        background=10,
        min_neighbors=1,
    )
    return Dynamic(volumes), region


def test_maps_hold_each_voxel_of_tissue_in_the_region_and_nothing_else():
    native, region = exam()
    measured = functional_tumor_volume(Triple(*native.phases[:3]), region, FtvParams())
    maps, report = map_curves(
        native, region, measured.report, {"ftv": measured.mask}, SAMPLING, PARAMS
    )
    stored = {one.name: one for one in maps.maps}
    assert set(stored) == {"time-to-peak", "wash-in", "wash-out", "iauc", "curve-type"}
    inside = np.zeros(native.grid.shape, bool)
    inside[1:6, 1:, 1:4] = True
    inside[3] = False
    np.testing.assert_array_equal(stored["curve-type"].stored > 0, inside)
    signal = np.stack([phase.data[inside] for phase in native.phases])
    one_by_one = describe_curves(signal, SAMPLING, PARAMS)
    seen = stored["wash-in"].stored[inside] * stored["wash-in"].slope
    np.testing.assert_allclose(seen, one_by_one.wash_in_slope, atol=0.0005001)
    np.testing.assert_array_equal(stored["curve-type"].stored[inside], one_by_one.kind)
    assert report.reasons == {}


def test_a_region_is_summarized_over_its_voxels():
    native, region = exam()
    measured = functional_tumor_volume(Triple(*native.phases[:3]), region, FtvParams())
    masks = {"ftv": measured.mask, "none": Mask(np.zeros(native.grid.shape, bool), native.grid)}
    _, report = map_curves(native, region, measured.report, masks, SAMPLING, PARAMS)
    ftv, none = report.regions
    signal = np.stack([phase.data[measured.mask.data] for phase in native.phases])
    curves = describe_curves(signal, SAMPLING, PARAMS)
    assert ftv.voxels == measured.report.ftv_voxels == signal.shape[1] > 3
    assert ftv.persistent + ftv.plateau + ftv.washout == ftv.voxels
    known = curves.wash_out_slope[~np.isnan(curves.wash_out_slope)]
    assert ftv.quantities["wash_out_slope"].voxels == known.size < ftv.voxels
    assert ftv.quantities["wash_out_slope"].median == pytest.approx(np.median(known), rel=1e-6)
    means = signal.astype(np.float64).mean(axis=1)
    peak = 100 * (means[1:].max() / means[0] - 1)
    assert ftv.quantities["peak_enhancement"].of_mean_curve == pytest.approx(peak, rel=1e-5)
    assert none.voxels == 0
    assert np.isnan(none.quantities["auc"].mean)
    assert np.isnan(none.quantities["auc"].of_mean_curve)
