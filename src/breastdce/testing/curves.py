"""Signal of each tissue before and after contrast.

Enhancement over the pre-contrast signal follows an empirical uptake and washout curve,

    E(t) = amplitude * (1 - exp(-t / uptake)) * exp(-washout * t),    t >= 0 after injection,

which gives the three curve types of the breast (persistent, plateau, washout; Kuhl et al.,
Radiology 1999;211:101). The constants are chosen for contrast that looks like a fat-suppressed
T1-weighted image, not measured.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple


class Tissue(IntEnum):
    """Values of the label map; later tissues cover earlier ones."""

    AIR = 0
    FAT = 1
    SKIN = 2
    GLAND = 3
    MUSCLE = 4
    BONE = 5
    LUNG = 6
    BLOOD = 7
    RIM = 8
    CORE_PLATEAU = 9
    CORE_PERSISTENT = 10
    SATELLITE = 11
    STRAY = 12


LESION = (Tissue.RIM, Tissue.CORE_PLATEAU, Tissue.CORE_PERSISTENT)


class Curve(NamedTuple):
    """One tissue's signal."""

    baseline: float
    """Pre-contrast signal, in units of the noise-free, unshaded image."""
    amplitude: float = 0.0
    """Enhancement relative to baseline that uptake alone would reach."""
    uptake_s: float = 60.0
    """Time constant of uptake."""
    washout_per_s: float = 0.0
    """Rate of washout."""
    mottle: float = 0.0
    """Relative SD of the texture of the baseline."""
    patchiness: float = 0.0
    """Relative SD of the texture of the enhancement."""

    def enhancement(self, time_s: float) -> float:
        """Relative enhancement E at `time_s` after injection; 0 before it."""
        if time_s <= 0:
            return 0.0
        uptake = 1.0 - math.exp(-time_s / self.uptake_s)
        return self.amplitude * uptake * math.exp(-self.washout_per_s * time_s)


# Blood is dark before contrast (long T1), so it never reaches the background threshold of FTV.
CURVES: dict[Tissue, Curve] = {
    Tissue.AIR: Curve(0.0),
    Tissue.FAT: Curve(180.0),
    Tissue.SKIN: Curve(310.0, 0.35, 150.0),
    Tissue.GLAND: Curve(320.0, 0.45, 400.0, mottle=0.05, patchiness=0.25),
    Tissue.MUSCLE: Curve(195.0, 0.2, 200.0, mottle=0.04),
    Tissue.BONE: Curve(70.0),
    Tissue.LUNG: Curve(30.0, mottle=0.2),
    Tissue.BLOOD: Curve(80.0, 2.9, 15.0, 0.0006),
    Tissue.RIM: Curve(360.0, 2.1, 20.0, 0.001, mottle=0.03, patchiness=0.08),
    Tissue.CORE_PLATEAU: Curve(360.0, 1.8, 40.0, 0.0002, mottle=0.03, patchiness=0.08),
    Tissue.CORE_PERSISTENT: Curve(350.0, 2.0, 90.0, 0.0, mottle=0.03, patchiness=0.05),
    Tissue.SATELLITE: Curve(355.0, 1.8, 40.0, 0.0002, patchiness=0.05),
    Tissue.STRAY: Curve(355.0, 1.8, 40.0, 0.0002, patchiness=0.05),
}
