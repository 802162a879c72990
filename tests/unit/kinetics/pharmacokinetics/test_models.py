"""Models against closed forms, and their inversion against themselves. Tolerances: 1e-9 relative
for closed forms, 1e-4 for fits (the table of rates is linear to 1e-5 between its rows)."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.kinetics.pharmacokinetics.aif import parker_blood, parker_plasma
from breastdce.kinetics.pharmacokinetics.concentration import (
    concentration_from_signal,
    gradient_echo_signal,
)
from breastdce.kinetics.pharmacokinetics.t1 import Fit, r1_from_flip_angles
from breastdce.kinetics.pharmacokinetics.tofts import (
    convolve_exponential,
    fit_tofts,
    input_table,
    tofts_curve,
)

FINE = np.arange(0.0, 400.0, 0.5)
PLASMA = parker_plasma(FINE, 0.42, onset_s=10.0)


@pytest.mark.parametrize("rate", [0.0, 1e-7, 1e-3, 0.5])
def test_convolution_of_a_ramp_is_exact_at_any_step(rate: float):
    time_s = np.array([0.0, 1.0, 4.0, 20.0, 21.5, 90.0])
    found = convolve_exponential(time_s, 2.0 * time_s, rate)
    if rate < 1e-6:  # to first order: t^2 - rate t^3 / 3
        expected = time_s**2 - rate * time_s**3 / 3
    else:
        expected = 2.0 * (time_s / rate - (1 - np.exp(-rate * time_s)) / rate**2)
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_a_constant_input_fills_the_tissue_to_ve():
    time_s = np.linspace(0.0, 3600.0, 50)
    curve = tofts_curve(time_s, np.full(50, 2.0), ktrans_per_min=0.2, ve=0.4)
    expected = 2.0 * 0.4 * (1 - np.exp(-0.2 / 60 / 0.4 * time_s))
    np.testing.assert_allclose(curve, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("ktrans", [0.02, 0.1, 0.5, 1.5])
@pytest.mark.parametrize(("ve", "vp"), [(0.1, 0.0), (0.5, 0.05), (0.9, 0.2)])
def test_extended_fit_finds_the_parameters_that_made_a_curve(ktrans: float, ve: float, vp: float):
    at = slice(None, None, 8)  # sampled every 4 s, the input every 0.5 s
    curve = tofts_curve(FINE, PLASMA, ktrans_per_min=ktrans, ve=ve, vp=vp)[at]
    fit = fit_tofts(curve[None], input_table(FINE[at], FINE, PLASMA), "extended")
    assert fit.ktrans_per_min[0] == pytest.approx(ktrans, rel=1e-4)
    assert fit.ve[0] == pytest.approx(ve, rel=2e-4)
    assert fit.vp[0] == pytest.approx(vp, rel=1e-4, abs=1e-5)
    assert fit.rmse[0] < 1e-5


def test_tofts_fit_has_no_plasma_and_keeps_parameters_positive():
    table = input_table(FINE[::10], FINE, PLASMA)
    curves = np.stack([tofts_curve(FINE, PLASMA, ktrans_per_min=0.3, ve=0.3)[::10], -PLASMA[::10]])
    fit = fit_tofts(curves, table)
    assert fit.ktrans_per_min[0] == pytest.approx(0.3, rel=1e-4)
    assert fit.kep_per_min[0] == pytest.approx(1.0, rel=2e-4)
    assert fit.vp.tolist() == [0.0, 0.0]
    assert fit.ktrans_per_min[1] == 0.0


def test_falling_curves_give_no_negative_plasma():
    table = input_table(FINE[::10], FINE, PLASMA)
    curve = tofts_curve(FINE, PLASMA, ktrans_per_min=0.3, ve=0.3)[::10] - 0.05 * PLASMA[::10]
    fit = fit_tofts(curve[None], table, "extended")
    assert fit.vp[0] == 0.0
    assert fit.ktrans_per_min[0] > 0.0


def test_a_curve_that_is_not_finite_stays_undefined_and_spoils_no_other():
    table = input_table(FINE[::10], FINE, PLASMA)
    good = tofts_curve(FINE, PLASMA, ktrans_per_min=0.3, ve=0.3)[::10]
    bad = good.copy()
    bad[3] = np.nan
    fit = fit_tofts(np.stack([bad, good]), table)
    assert np.isnan([fit.ktrans_per_min[0], fit.ve[0], fit.rmse[0]]).all()
    assert fit.ve[1] == pytest.approx(0.3, rel=2e-4)


@pytest.mark.parametrize("concentration", [-0.05, 0.0, 0.5, 3.0])
def test_concentration_inverts_the_signal(concentration: float):
    t10, tr, flip, r1 = 1.4, 0.008, 12.0, 4.1
    base = gradient_echo_signal(1 / t10, tr, flip, 900.0)
    signal = gradient_echo_signal(1 / t10 + r1 * concentration, tr, flip, 900.0)
    found = concentration_from_signal(
        signal, base, t10_s=t10, tr_s=tr, flip_deg=flip, relaxivity=r1
    )
    assert found == pytest.approx(concentration, rel=1e-9, abs=1e-12)


def test_concentration_is_undefined_without_baseline_and_beyond_full_relaxation():
    found = concentration_from_signal(
        [100.0, 0.0, 1e6], [0.0, 100.0, 100.0], t10_s=1.4, tr_s=0.008, flip_deg=12, relaxivity=4.1
    )
    assert np.isnan(found[0])
    assert np.isnan(found[2])
    assert found[1] < 0


@pytest.mark.parametrize("fit", ["linear", "nonlinear"])
@pytest.mark.parametrize("t1_s", [0.2, 1.4, 4.0])
def test_t1_from_flip_angles_inverts_the_signal(fit: Fit, t1_s: float):
    angles = np.array([2.0, 5.0, 10.0, 20.0])
    signal = gradient_echo_signal(1 / t1_s, 0.005, angles, 5000.0)
    rate, scale = r1_from_flip_angles(np.stack([signal, 3 * signal]), angles, 0.005, fit=fit)
    np.testing.assert_allclose(rate, 1 / t1_s, rtol=1e-6)
    np.testing.assert_allclose(scale, [5000.0, 15000.0], rtol=1e-6)


@pytest.mark.parametrize("fit", ["linear", "nonlinear"])
def test_signal_without_any_t1_is_undefined(fit: Fit):
    rising = np.array([[1.0, 4.0, 20.0, 90.0], [0.0, 0.0, 0.0, 0.0]])
    rate, scale = r1_from_flip_angles(rising, [2.0, 5.0, 10.0, 20.0], 0.005, fit=fit)
    assert np.isnan(rate).all()
    assert np.isnan(scale).all()


def test_input_is_zero_before_the_onset_and_plasma_is_more_than_blood():
    times = np.array([-1.0, 9.9, 10.0, 40.0])
    blood = parker_blood(times, onset_s=10.0)
    assert blood[:2].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(blood[2:], parker_blood([0.0, 30.0]), rtol=1e-12)
    np.testing.assert_allclose(parker_plasma(times, 0.4, 10.0), blood / 0.6, rtol=1e-12)
