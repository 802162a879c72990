"""Maps of an exam that was made from known parameters, and why others are refused."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Box, Dynamic, Region, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.curves import Sampling
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.pharmacokinetics.aif import parker_plasma
from breastdce.kinetics.pharmacokinetics.concentration import gradient_echo_signal
from breastdce.kinetics.pharmacokinetics.map import ToftsParams, map_tofts
from breastdce.kinetics.pharmacokinetics.tofts import tofts_curve
from breastdce.kinetics.tally import FtvReport
from breastdce.kinetics.thresholds import FtvParams

GRID = Grid((4, 3, 2), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
TIMES = tuple(5.0 + 10.0 * index for index in range(24))
SAMPLING = Sampling(pre=1, early=5, late=20, times_s=TIMES)
SIDECARS = [{"RepetitionTime": 0.005, "FlipAngle": 12.0}] * 26
PARAMS = ToftsParams(t10_s=1.4, model="extended")
REGION = Region(voi=Box((0, 0, 0), (2, 2, 1)), background=10)
KTRANS, VE, VP = 0.25, 0.4, 0.05


def made_exam() -> tuple[Dynamic, FtvReport]:
    fine = np.arange(0.0, 250.0, 0.5)
    plasma = parker_plasma(fine, PARAMS.hematocrit)
    curve = tofts_curve(fine, plasma, ktrans_per_min=KTRANS, ve=VE, vp=VP)
    at = np.array([0.0, 0.0, *np.interp(TIMES, fine, curve)])
    signal = gradient_echo_signal(1 / 1.4 + PARAMS.relaxivity * at, 0.005, 12.0, 20000.0)
    images = [np.full(GRID.shape, value, np.float32, order="F") for value in signal]
    for image in images:
        image[1, 1, 1] = 0  # no tissue
    native = Dynamic(tuple(Volume(image, GRID) for image in images))
    triple = Triple(native.phases[1], native.phases[5], native.phases[20])
    return native, functional_tumor_volume(triple, REGION, FtvParams()).report


def test_maps_hold_the_parameters_that_made_the_exam():
    """Within 0.001 of each, ten steps of the stored maps: inputs are sampled at 0.5 s."""
    native, measured = made_exam()
    maps, caveats = map_tofts(native, REGION, measured, SAMPLING, SIDECARS, PARAMS)
    assert caveats == ()
    values = {one.name: one.stored * one.slope for one in maps.maps}
    for name, expected in (("ktrans", KTRANS), ("ve", VE), ("vp", VP)):
        assert values[name][0, 0, 0] == pytest.approx(expected, abs=0.001)
        assert values[name][3, 0, 0] == values[name][1, 1, 1] == 0  # outside; no tissue
        assert np.count_nonzero(values[name]) == 3 * 3 * 2 - 1


def test_the_tofts_model_has_no_map_of_plasma():
    native, measured = made_exam()
    params = msgspec.structs.replace(PARAMS, model="tofts")
    maps, _ = map_tofts(native, REGION, measured, SAMPLING, SIDECARS, params)
    assert [one.name for one in maps.maps] == ["ktrans", "ve"]


@pytest.mark.parametrize(
    ("changes", "sidecars", "sampling"),
    [
        ({"t10_s": None}, SIDECARS, SAMPLING),
        ({}, [*SIDECARS[:-1], {"RepetitionTime": 0.006, "FlipAngle": 12.0}], SAMPLING),
        ({}, [{"FlipAngle": 12.0}] * 26, SAMPLING),
        ({}, SIDECARS, msgspec.structs.replace(SAMPLING, times_s=None)),
    ],
)
def test_without_what_concentration_needs_nothing_is_fitted(changes, sidecars, sampling):
    native, measured = made_exam()
    params = msgspec.structs.replace(PARAMS, **changes)
    maps, caveats = map_tofts(native, REGION, measured, sampling, sidecars, params)
    assert maps.maps == ()
    assert [caveat.code for caveat in caveats] == [CaveatCode.CONCENTRATION_UNKNOWN]


@pytest.mark.parametrize("times", [(150.0, 450.0), tuple(16.0 * k for k in range(1, 25))])
def test_coarse_sampling_is_refused_with_its_numbers(times):
    native, measured = made_exam()
    sampling = msgspec.structs.replace(SAMPLING, times_s=times)
    maps, caveats = map_tofts(native, REGION, measured, sampling, SIDECARS, PARAMS)
    assert maps.maps == ()
    assert caveats[0].code == CaveatCode.SAMPLING_COARSE
    assert caveats[0].detail["phases"] == len(times)
    assert caveats[0].detail["interval_s"] == times[1] - times[0]
