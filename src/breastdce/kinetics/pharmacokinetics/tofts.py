"""Tofts and extended Tofts models, fitted by separable least squares.

``C(t) = vp cp(t) + Ktrans integral of cp(u) exp(-kep (t - u)) du``, kep = Ktrans / ve: Tofts and
Kermode, Magn Reson Med 1991;17:357; Tofts et al., J Magn Reson Imaging 1999;10:223; models
M.IC1.004 and M.IC1.005 of the OSIPI lexicon.

For a given kep the model is linear in Ktrans and vp, so that only kep is searched (variable
projection, Golub and Pereyra 1973): over a table of values that all voxels share, then by narrowing
a bracket between them for each voxel. There is no starting value and no local search that could
stray. The integral is exact for an input that is linear between its samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

Curve = NDArray[np.float64]
Model = Literal["tofts", "extended"]

KEP_RANGE_PER_MIN: Final = (1e-3, 50.0)
"""Bounds of the search: a half-time of 11.5 hours, and one of less than a second."""
_RATES: Final = 1025  # 1 % apart: between two of them the model is linear to 1e-5
_STRIDE: Final = 16  # every 16th rate is tried first
_NARROWINGS: Final = 26  # each takes the bracket to 0.62 of its width
_GOLDEN: Final = 0.6180339887498949
_SINGULAR: Final = 1e-12  # of the determinant: spread and plasma cannot be told apart
_SMALL: Final = 1e-4  # kep times a step below which the series is more exact than the quotient


@dataclass(frozen=True, slots=True, eq=False)
class ToftsFit:
    """Parameters of each curve; NaN where the curve is not finite or nothing fits."""

    ktrans_per_min: Curve
    """Volume transfer constant, Q.PH1.008."""
    kep_per_min: Curve
    """Rate constant of the efflux, ``Ktrans / ve``."""
    ve: Curve
    """Volume fraction of the extravascular, extracellular space, Q.PH1.001.e."""
    vp: Curve
    """Volume fraction of the plasma, Q.PH1.001.p; 0 in the Tofts model."""
    rmse: Curve
    """Root of the mean squared residual, mM."""


@dataclass(frozen=True, slots=True, eq=False)
class InputTable:
    """What the arterial input gives for every rate that is tried, at the times of the samples."""

    rates_per_s: Curve
    integrals: Curve
    """Convolution of the plasma curve with ``exp(-rate t)``, mM s, shape (rates, times)."""
    plasma: Curve
    """mM, at the times of the samples."""


def convolve_exponential(time_s: Curve, plasma: Curve, rate_per_s: float) -> Curve:
    """Integrate ``plasma(u) exp(-rate (t - u))`` from the first sample to each sample.

    Parameters
    ----------
    time_s
        Rising, seconds.
    plasma
        Input at these times; linear between them.
    rate_per_s
        Not negative.

    Returns
    -------
    NDArray[np.float64]
        In the unit of the input times seconds; 0 at the first sample. Exact for such an input.
    """
    found = np.empty_like(plasma)
    fill_convolution(time_s, plasma, rate_per_s, found)
    return found


def tofts_curve(
    time_s: Curve,
    plasma: Curve,
    *,
    ktrans_per_min: float,
    ve: float,
    vp: float = 0.0,
) -> Curve:
    """Concentration in tissue, in the unit of the input; 0 < ve <= 1, times in seconds."""
    rate = ktrans_per_min / 60.0
    return vp * plasma + rate * convolve_exponential(time_s, plasma, rate / ve)


def input_table(time_s: Curve, input_time_s: Curve, plasma: Curve) -> InputTable:
    """Prepare the fit of curves that were sampled at the same times.

    Parameters
    ----------
    time_s
        Times of the samples, rising, seconds.
    input_time_s
        Times of the input, rising, seconds, from before the arrival of contrast; as fine as the
        input needs, whatever the times of the samples.
    plasma
        Concentration in arterial plasma at these times, mM.
    """
    grid = np.union1d(input_time_s, time_s).astype(np.float64)
    on_grid = np.interp(grid, input_time_s, plasma)
    at = np.searchsorted(grid, time_s)
    rates = np.geomspace(*KEP_RANGE_PER_MIN, _RATES) / 60.0
    rows = [convolve_exponential(grid, on_grid, rate)[at] for rate in rates]
    return InputTable(rates_per_s=rates, integrals=np.stack(rows), plasma=on_grid[at])


def fit_tofts(curves: Curve, table: InputTable, model: Model = "tofts") -> ToftsFit:
    """Fit a model to many curves.

    Parameters
    ----------
    curves
        Concentration in tissue, mM, shape (curves, times).
    table
        Of the same times.
    model
        `tofts` (Ktrans, ve) or `extended` (and vp).

    Returns
    -------
    ToftsFit
        Parameters not below 0; ve may exceed 1 where the data say so, which is a sign that the
        model does not fit.
    """
    found = np.full((curves.shape[0], 4), np.nan)
    samples = np.ascontiguousarray(curves, np.float64)
    fill_fits(table.integrals, samples, table.plasma, model == "extended", found)
    ktrans, place, vp, misfit = found.T
    kep = np.exp(np.interp(place, np.arange(_RATES), np.log(table.rates_per_s)))
    return ToftsFit(
        ktrans_per_min=60.0 * ktrans,
        kep_per_min=60.0 * kep,
        ve=ktrans / kep,
        vp=vp,
        rmse=np.sqrt(misfit / curves.shape[1]),
    )


@kernel
def fill_convolution(time_s: Curve, plasma: Curve, rate: float, found: Curve) -> None:
    """Write the convolution of `plasma` with a decaying exponential into `found`."""
    found[0] = 0.0
    for index in range(1, time_s.size):
        step = time_s[index] - time_s[index - 1]
        x = rate * step
        if x < _SMALL:  # integrals of exp(-x s) and s exp(-x s) over a step, by their series
            whole = step * (1.0 - x / 2.0 + x * x / 6.0)
            late = step * (0.5 - x / 6.0 + x * x / 24.0)
        else:
            whole = step * (1.0 - np.exp(-x)) / x
            late = step * (x - 1.0 + np.exp(-x)) / (x * x)
        found[index] = (
            found[index - 1] * np.exp(-x)
            + plasma[index - 1] * (whole - late)
            + plasma[index] * late
        )


@kernel
def linear_fit(
    curve: Curve, table: Curve, place: float, plasma: Curve, extended: bool
) -> tuple[float, float, float]:
    """Least squares of ``curve = a spread + v plasma`` with a, v >= 0: a, v, squared misfit.

    `spread` lies between two rows of the table, `place` counts rows from 0.
    """
    row = min(int(place), table.shape[0] - 2)
    part = place - row
    ss = sp = pp = sc = pc = cc = 0.0
    for index in range(curve.size):
        spread = (1.0 - part) * table[row, index] + part * table[row + 1, index]
        ss += spread * spread
        sp += spread * plasma[index]
        pp += plasma[index] * plasma[index]
        sc += spread * curve[index]
        pc += plasma[index] * curve[index]
        cc += curve[index] * curve[index]
    a = max(sc / ss, 0.0) if ss > 0.0 else 0.0
    v = 0.0
    determinant = ss * pp - sp * sp
    if extended and determinant > _SINGULAR * ss * pp:
        both_a = (sc * pp - pc * sp) / determinant
        both_v = (pc * ss - sc * sp) / determinant
        if both_a < 0.0:
            a, v = 0.0, max(pc / pp, 0.0)
        elif both_v >= 0.0:
            a, v = both_a, both_v
    misfit = cc - 2.0 * (a * sc + v * pc) + a * a * ss + 2.0 * a * v * sp + v * v * pp
    return a, v, max(misfit, 0.0)


@kernel
def fill_fits(table: Curve, curves: Curve, plasma: Curve, extended: bool, found: Curve) -> None:
    """Write transfer per second, place in the table, vp and squared misfit of each curve."""
    end = float(table.shape[0] - 1)
    for number in range(curves.shape[0]):
        curve = curves[number]
        if not np.isfinite(curve).all():
            continue
        best, least = 0.0, np.inf
        for row in range(0, table.shape[0], _STRIDE):
            misfit = linear_fit(curve, table, float(row), plasma, extended)[2]
            if misfit < least:
                best, least = float(row), misfit
        low, high = max(best - _STRIDE, 0.0), min(best + _STRIDE, end)
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        at_left = linear_fit(curve, table, left, plasma, extended)[2]
        at_right = linear_fit(curve, table, right, plasma, extended)[2]
        for _ in range(_NARROWINGS):
            if at_left < at_right:
                high, right, at_right = right, left, at_left
                left = high - _GOLDEN * (high - low)
                at_left = linear_fit(curve, table, left, plasma, extended)[2]
            else:
                low, left, at_left = left, right, at_right
                right = low + _GOLDEN * (high - low)
                at_right = linear_fit(curve, table, right, plasma, extended)[2]
        place = (low + high) / 2.0
        transfer, vp, misfit = linear_fit(curve, table, place, plasma, extended)
        found[number, 0], found[number, 1] = transfer, place
        found[number, 2], found[number, 3] = vp, misfit
