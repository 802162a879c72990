"""The bias field found from what is published, against the field that was put in."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.report.bias_field import TOP, field_layer, field_on, field_view
from breastdce.report.plane import Cut, planes

NATIVE = Grid((60, 50, 20), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.5))
FINE = Grid((60, 50, 40), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
WHOLE = (slice(0, 60), slice(0, 50), slice(0, 40))
MEAN, SD = 40.0, 25.0


def _tissue(grid: Grid) -> np.ndarray:
    x, y, _ = np.indices(grid.shape)
    return ((x - 30) ** 2 + (y - 25) ** 2 < 22**2).astype(np.float32)


def _field(grid: Grid) -> np.ndarray:
    """From 0.5 to 2 along the first axis, 1 in the middle."""
    return (4.0 ** ((np.indices(grid.shape)[0] - 30) / 60)).astype(np.float32)


@pytest.fixture
def found():
    rng = np.random.Generator(np.random.Philox(1))
    noise = rng.normal(0, 4, NATIVE.shape)
    native = Volume((100 * _tissue(NATIVE) * _field(NATIVE) + noise).astype(np.float32), NATIVE)
    image = Volume(((100 * _tissue(FINE) - MEAN) / SD).astype(np.float32), FINE)
    return field_view(native, image, MEAN, SD)


def test_the_field_comes_back_within_a_twentieth(found):
    for plane in planes(FINE):
        where = (np.arange(60) >= 10) & (np.arange(60) < 50)
        cut = Cut(plane, FINE, FINE.shape[plane.normal] // 2, WHOLE)
        tissue = cut.take(_tissue(FINE) * where[:, None, None]) > 0
        ratio = field_on(found, cut)[tissue] / cut.take(_field(FINE))[tissue]
        np.testing.assert_allclose(ratio / np.median(ratio), 1, atol=0.05)
    assert found.low == pytest.approx(0.62, abs=0.06)  # 4 ** (-20 / 60), the edge of the tissue
    assert found.high == pytest.approx(1.55, abs=0.12)


def test_where_there_is_no_tissue_the_nearest_says(found):
    plane = planes(FINE)[0]
    field = field_on(found, Cut(plane, FINE, 20, WHOLE))
    assert np.isfinite(field).all()
    assert 1 / TOP < field.min() < field.max() < TOP


def test_lines_of_equal_field_are_drawn_into_the_colors():
    field = np.tile(np.linspace(0.4, 2.5, 200, dtype=np.float32), (20, 1))
    pixels = np.asarray(field_layer(field))
    white = (pixels == 255).all(axis=2)
    once = int(np.argmax(field[0] >= 1.0))
    assert white[:, once].all()
    twice = int(np.argmax(field[0] >= 2.0))
    assert (pixels[:, twice] == 0).all(axis=1).any()
    assert not (pixels[:, twice] == 0).all()


def test_an_image_without_signal_has_no_field():
    nothing = Volume(np.zeros(NATIVE.shape, np.float32), NATIVE)
    flat = Volume(np.full(FINE.shape, -MEAN / SD, np.float32), FINE)
    assert field_view(nothing, flat, MEAN, SD) is None
