"""Signal of a spoiled gradient echo and what it says about T1 and contrast agent.

The signal model is M.SM2.002 of the OSIPI lexicon (CAPLEX): with E = exp(-TR R1) and the flip angle
a, ``S = S0 sin(a) (1 - E) / (1 - cos(a) E)``. T2* decay is left out: at the echo times of breast
DCE, below 5 ms, it is small against the change of R1. Relaxivity is linear in the concentration:
``R1 = R10 + r1 C`` (fast water exchange).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


def gradient_echo_signal(
    r1_per_s: ArrayLike, tr_s: ArrayLike, flip_deg: ArrayLike, s0: ArrayLike = 1.0
) -> Values:
    """Signal of a spoiled gradient echo in the steady state.

    Parameters
    ----------
    r1_per_s
        Longitudinal relaxation rate, 1/s.
    tr_s, flip_deg
        Repetition time in seconds and flip angle in degrees.
    s0
        Signal scaling factor, in the unit of the signal.

    Returns
    -------
    NDArray[np.float64]
        Signal; the arguments are broadcast.
    """
    angle = np.deg2rad(np.asarray(flip_deg, np.float64))
    decay = np.exp(-np.asarray(tr_s, np.float64) * np.asarray(r1_per_s, np.float64))
    share = np.sin(angle) * (1.0 - decay) / (1.0 - np.cos(angle) * decay)
    return np.asarray(np.asarray(s0, np.float64) * share)


def concentration_from_signal(
    signal: ArrayLike,
    baseline: ArrayLike,
    *,
    t10_s: ArrayLike,
    tr_s: float,
    flip_deg: float,
    relaxivity: float,
) -> Values:
    """Concentration of contrast agent by inverting the signal model.

    Parameters
    ----------
    signal
        Signal after contrast, any shape.
    baseline
        Signal before contrast, broadcast against `signal`.
    t10_s
        T1 before contrast, seconds.
    tr_s, flip_deg
        Repetition time in seconds and flip angle in degrees.
    relaxivity
        r1 of the agent at the field strength of the exam, in 1/(s mM).

    Returns
    -------
    NDArray[np.float64]
        mM. NaN where it is undefined: baseline not positive, or a signal that no T1 can give
        (at or above that of full relaxation, ``S0 sin(a)``). Falling signal gives negative values.
    """
    base = np.asarray(baseline, np.float64)
    cosine = np.cos(np.deg2rad(flip_deg))
    rate = 1.0 / np.asarray(t10_s, np.float64)
    decay = np.exp(-tr_s * rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Signal as a share of S0 sin(a), from which E and R1 follow.
        share = np.asarray(signal, np.float64) / base * (1.0 - decay) / (1.0 - cosine * decay)
        change = -np.log((1.0 - share) / (1.0 - cosine * share)) / tr_s - rate
        found = change / relaxivity
    return np.where((base > 0) & (share < 1.0) & np.isfinite(found), found, np.nan)
