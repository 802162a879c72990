"""Colors of the maps: five classes of SER, one ramp of PE, gray levels of the signal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Volume

RGB = tuple[int, int, int]
PE_TOP_PERCENT = 300.0
"""Upper end of the PE ramp: one range for all exams, so that their maps can be compared."""
# From dark (no signal) to the brightest voxels but for a few vessels and artifacts.
_WINDOW_PERCENTILES = (1.0, 99.9)
_WINDOW_SAMPLES = 400_000  # enough for a percentile; whole phases would cost seconds


class SerClass(NamedTuple):
    """One class of the signal enhancement ratio, lower cut inclusive."""

    name: str
    label: str
    low: float
    color: RGB


# Cuts and hues are those of UCSF's maps; shades are ours, chosen so that every
# pair stays apart in lightness or hue for readers who lack a kind of cone (test_color.py).
SER_CLASSES = (
    SerClass("blue", "0 to 0.9", 0.0, (28, 70, 220)),
    SerClass("purple", "0.9 to 1.0", 0.9, (186, 112, 250)),
    SerClass("green", "1.0 to 1.3", 1.0, (70, 205, 120)),
    SerClass("red", "1.3 to 1.75", 1.3, (214, 36, 36)),
    SerClass("yellow", "1.75 to 3", 1.75, (255, 236, 110)),
)


class Window(NamedTuple):
    """Signal shown as black and as white."""

    low: float
    high: float


def ser_class(ser: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Class number of each voxel, 1 to 5 in the order of SER_CLASSES; 0 where SER is undefined.

    Compared in float32: ratios that tie with a cut in the producer's arithmetic tie here too.
    Values above 3 belong to the last class.
    """
    cuts = np.array([entry.low for entry in SER_CLASSES], dtype=np.float32)
    defined = np.isfinite(ser) & (ser > 0)
    return np.where(defined, np.digitize(ser, cuts), 0).astype(np.uint8)


def shared_window(volumes: Sequence[Volume]) -> Window:
    """One window for several images, from percentiles of all of them together."""
    samples = np.concatenate([_sample(volume.data) for volume in volumes])
    low, high = np.percentile(samples, _WINDOW_PERCENTILES)
    return Window(float(low), float(max(high, np.nextafter(low, np.inf))))  # flat: never 0 wide


def gray(image: NDArray[np.float32], window: Window) -> NDArray[np.uint8]:
    """Signal as bytes, in 128 steps: the eye sees no more, and a seventh of the page is saved."""
    span = window.high - window.low
    level = (image.astype(np.float64) - window.low) / span
    steps = np.rint(np.clip(np.nan_to_num(level), 0.0, 1.0) * 127.0)
    return (2.0 * steps).astype(np.uint8)


def pe_level(pe: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Percent enhancement as index into `pe_ramp`, 0 for none and for undefined."""
    level = np.nan_to_num(pe.astype(np.float64), posinf=0.0, neginf=0.0) / PE_TOP_PERCENT
    return np.rint(np.clip(level, 0.0, 1.0) * 255.0).astype(np.uint8)


@cache
def pe_ramp() -> tuple[RGB, ...]:
    """256 colors whose perceived lightness rises evenly: black, violet, red, orange, cream.

    Lightness and hue are linear in Oklch (Ottosson 2020, "A perceptual color space for image
    processing"); chroma rises and falls so that every color can be shown.
    """
    return tuple(_ramp_color(step / 255.0) for step in range(256))


def _sample(data: NDArray[np.float32]) -> NDArray[np.float32]:
    flat = data.ravel(order="K")
    return flat[:: max(1, flat.size // _WINDOW_SAMPLES)]


def _ramp_color(t: float) -> RGB:
    hue = math.radians(-70.0 + 170.0 * t)  # violet over red to yellow
    chroma = 0.19 * math.sin(math.pi * t**0.8) ** 0.9
    return _from_oklab(0.02 + 0.95 * t, chroma * math.cos(hue), chroma * math.sin(hue))


def _from_oklab(lightness: float, a: float, b: float) -> RGB:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _encode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _encode(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _encode(linear: float) -> int:
    """Linear light to an sRGB byte (IEC 61966-2-1)."""
    value = min(max(linear, 0.0), 1.0)
    curve = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255.0 * curve)
