"""T1 from the signal at several flip angles (VFA), process P.NR2.002 of the OSIPI lexicon.

Linear form: Gupta, J Magn Reson 1977;25:231 and Fram et al., Magn Reson Imaging 1987;5:201:
``S / sin(a) = E S / tan(a) + S0 (1 - E)`` is a line with slope E. Its points at large angles carry
little signal and much weight, so that noise shifts the result; the nonlinear fit of the signal
itself (Chang et al., Magn Reson Med 2008;60:496) starts from it and has no such shift.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from breastdce.kinetics.pharmacokinetics.concentration import gradient_echo_signal

Values = NDArray[np.float64]
Fit = Literal["linear", "nonlinear"]

_RATES: Final = (1e-3, 1e3)  # 1/s: T1 from 1 ms to 1000 s, far beyond tissue
_COARSE: Final = 61  # rates tried first, evenly spaced in their logarithm
_NARROWINGS: Final = 60  # each takes the bracket to 0.62 of its width


def r1_from_flip_angles(
    signal: ArrayLike,
    flip_deg: ArrayLike,
    tr_s: float,
    *,
    fit: Fit = "nonlinear",
) -> tuple[Values, Values]:
    """Longitudinal relaxation rate and signal scaling factor from several flip angles.

    Parameters
    ----------
    signal
        Shape (..., angles).
    flip_deg
        The angles in degrees, at least two that differ.
    tr_s
        Repetition time in seconds, the same for all angles.
    fit
        `linear`, or `nonlinear` least squares of the signal.

    Returns
    -------
    R1 in 1/s and S0 in the unit of the signal, each of shape (...)
        NaN where no positive, finite rate explains the signal.
    """
    measured, angles = np.asarray(signal, np.float64), np.asarray(flip_deg, np.float64)
    if fit == "linear":
        return _linear(measured, np.deg2rad(angles), tr_s)
    return _nonlinear(measured, angles, tr_s)


def _linear(signal: Values, angles: Values, tr_s: float) -> tuple[Values, Values]:
    x, y = signal / np.tan(angles), signal / np.sin(angles)
    dx = x - x.mean(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (dx * y).sum(axis=-1) / (dx * dx).sum(axis=-1)
        rate = -np.log(slope) / tr_s
        scale = (y.mean(axis=-1) - slope * x.mean(axis=-1)) / (1.0 - slope)
    known = np.isfinite(rate) & (rate > 0)
    return np.where(known, rate, np.nan), np.where(known, scale, np.nan)


def _nonlinear(signal: Values, flip_deg: Values, tr_s: float) -> tuple[Values, Values]:
    """Least squares of the signal: S0 is linear, so that only the rate is searched."""
    tried = np.geomspace(*_RATES, _COARSE)
    left = np.stack([_misfit(np.full(signal.shape[:-1], r), signal, flip_deg, tr_s) for r in tried])
    best = left.argmin(axis=0)
    low = np.log(tried[np.maximum(best - 1, 0)])
    high = np.log(tried[np.minimum(best + 1, _COARSE - 1)])
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    for _ in range(_NARROWINGS):
        first, second = high - golden * (high - low), low + golden * (high - low)
        lower = _misfit(np.exp(first), signal, flip_deg, tr_s) < _misfit(
            np.exp(second), signal, flip_deg, tr_s
        )
        high, low = np.where(lower, second, high), np.where(lower, low, first)
    rate = np.exp((low + high) / 2.0)
    scale = _scale(gradient_echo_signal(rate[..., None], tr_s, flip_deg), signal)
    # At an end of the range the signal did not decide.
    known = (best > 0) & (best < _COARSE - 1) & (scale > 0)
    return np.where(known, rate, np.nan), np.where(known, scale, np.nan)


def _misfit(rate: Values, signal: Values, flip_deg: Values, tr_s: float) -> Values:
    model = gradient_echo_signal(rate[..., None], tr_s, flip_deg)
    left: Values = ((signal - _scale(model, signal)[..., None] * model) ** 2).sum(axis=-1)
    return left


def _scale(model: Values, signal: Values) -> Values:
    scale: Values = (model * signal).sum(axis=-1) / (model * model).sum(axis=-1)
    return scale
