"""The population arterial input function (AIF) of Parker et al., Magn Reson Med 2006;56:993."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]

_AREA: Final = (0.809, 0.330)  # A1, A2 in mM min, table 1 of the paper
_CENTER: Final = (0.17046, 0.365)  # T1, T2 in min
_WIDTH: Final = (0.0563, 0.132)  # sigma 1, sigma 2 in min
_ALPHA: Final = 1.050  # mM
_BETA: Final = 0.1685  # per min
_SLOPE: Final = 38.078  # s, per min
_MIDDLE: Final = 0.483  # tau, min


def parker_blood(time_s: ArrayLike, onset_s: float = 0.0) -> Curve:
    """Concentration of contrast agent in whole blood.

    Parameters
    ----------
    time_s
        Times in seconds, any shape.
    onset_s
        When the contrast agent arrives, in seconds on the same clock.

    Returns
    -------
    NDArray[np.float64]
        mM, for a dose of 0.1 mmol/kg; 0 before the onset. At the onset itself the function is
        0.08 mM, not 0: it was fitted to measured curves.
    """
    minutes = (np.asarray(time_s, np.float64) - onset_s) / 60.0
    after = np.maximum(minutes, 0.0)
    blood = _ALPHA * np.exp(-_BETA * after) / (1.0 + np.exp(-_SLOPE * (after - _MIDDLE)))
    for area, center, width in zip(_AREA, _CENTER, _WIDTH, strict=True):
        bump = np.exp(-((after - center) ** 2) / (2.0 * width**2))
        blood = blood + area / (width * np.sqrt(2.0 * np.pi)) * bump
    return np.where(minutes < 0.0, 0.0, blood)


def parker_plasma(time_s: ArrayLike, hematocrit: float, onset_s: float = 0.0) -> Curve:
    """Concentration in plasma, ``blood / (1 - hematocrit)``, in mM; arguments as above."""
    return parker_blood(time_s, onset_s) / (1.0 - hematocrit)
