"""Classes, ramp and window."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.report.color import Window, gray, pe_level, pe_ramp, ser_class, shared_window


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
