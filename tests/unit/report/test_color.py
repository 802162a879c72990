"""Classes, ramp and window."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.report.color import (
    SER_CLASSES,
    Window,
    gray,
    pe_level,
    pe_ramp,
    ser_class,
    shared_window,
)


@pytest.mark.parametrize(
    ("ser", "number"),
    [
        (0.5, 1),
        (np.nextafter(np.float32(0.9), np.float32(0)), 1),
        (np.float32(9) / np.float32(10), 2),
        (1.0, 3),
        (1.3, 4),
        (1.75, 5),
        (3.0, 5),
        (17.0, 5),
        (np.nan, 0),
        (np.inf, 0),
        (0.0, 0),
        (-1.0, 0),
    ],
)
def test_ser_classes_include_their_lower_cut(ser, number):
    assert ser_class(np.array([ser], dtype=np.float32)).tolist() == [number]


def _luminance(color: tuple[int, int, int]) -> float:
    return float(np.dot(color, (0.2126, 0.7152, 0.0722)))


def test_the_pe_ramp_gets_brighter_with_every_step():
    steps = np.diff([_luminance(color) for color in pe_ramp()])
    assert steps.min() >= 0
    assert _luminance(pe_ramp()[0]) < 3
    assert _luminance(pe_ramp()[-1]) > 220


def test_pe_without_value_or_below_zero_is_black():
    levels = pe_level(np.array([np.nan, np.inf, -20, 0, 150, 300, 900], dtype=np.float32))
    assert levels.tolist() == [0, 0, 0, 0, 128, 255, 255]


def test_gray_is_clipped_to_the_window():
    signal = np.array([-5, 10, 60, 110, 500, np.nan], dtype=np.float32)
    assert gray(signal, Window(10, 110)).tolist() == [0, 0, 128, 254, 254, 0]


# Machado, Oliveira, Fernandes, IEEE Trans Vis Comput Graph 2009;15:1291, severity 1, linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def _oklab(linear: np.ndarray) -> np.ndarray:
    cones = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
             [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
    mix = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
           [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip
    return np.array(mix) @ np.cbrt(np.clip(np.array(cones) @ linear, 0, None))


@pytest.mark.parametrize("sight", SIGHT)
def test_every_pair_of_classes_stays_apart_for_every_kind_of_sight(sight):
    seen = []
    for entry in SER_CLASSES:
        value = np.array(entry.color) / 255
        linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
        seen.append(_oklab(np.clip(np.array(SIGHT[sight]) @ linear, 0, 1)))
    apart = [np.linalg.norm(a - b) for a, b in combinations(seen, 2)]
    assert min(apart) > 0.12  # a difference of 0.02 is just seen, side by side


def test_one_window_spans_all_phases():
    grid = Grid((10, 10, 10), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    dark = Volume(np.full(grid.shape, 5, dtype=np.float32), grid)
    bright = Volume(np.full(grid.shape, 90, dtype=np.float32), grid)
    assert shared_window([dark, bright]) == Window(5, 90)


def test_a_flat_image_has_a_window():
    grid = Grid((4, 4, 4), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    flat = Volume(np.full(grid.shape, 7, dtype=np.float32), grid)
    window = shared_window([flat])
    assert window.high > window.low
    assert np.isin(gray(flat.data, window), (0, 254)).all()
