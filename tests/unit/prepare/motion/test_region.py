"""Body, boxes and parts of grids."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.prepare.motion.region import around, body, cropped, cropped_grid

GRID = Grid((40, 36, 20), (2.0, 2.0, 3.0), np.diag([-1.0, -1.0, 1.0]), (40.0, 36.0, -30.0))


def test_the_body_is_filled_and_without_what_lies_apart():
    rng = np.random.default_rng(0)
    data = np.abs(rng.normal(0, 4, GRID.shape)).astype(np.float32)
    data[8:32, 8:28, 4:16] += 200
    data[18:20, 16:18, 8:11] = 0  # a dark duct
    data[0:3, 0:3, 0:3] = 150  # a marker beside the patient
    found = body(Volume(np.asfortranarray(data), GRID)).data
    assert found[19, 17, 9]
    assert not found[1, 1, 1]
    assert found[10:30, 10:26, 5:15].all()
    # One step of the coarse grid, 4 mm, and the kernel's reach may be off at each face.
    assert found.sum() == pytest.approx(24 * 20 * 12, rel=0.35)


def test_an_even_image_has_no_body():
    assert not body(Volume(np.ones(GRID.shape, np.float32, order="F"), GRID)).data.any()


def test_a_box_has_its_margin_and_stays_inside():
    inside = np.zeros(GRID.shape, bool)
    inside[10:12, 3, 19] = True
    box = around(Mask(inside, GRID), 8.0)
    assert box == (slice(6, 16), slice(0, 8), slice(16, 20))


def test_a_part_lies_where_it_lay():
    box = (slice(6, 16), slice(1, 8), slice(16, 20))
    part = cropped_grid(GRID, box)
    np.testing.assert_allclose(part.affine[:3, 3], (GRID.affine @ [6, 1, 16, 1])[:3])
    whole = Volume(np.arange(28800, dtype=np.float32).reshape(GRID.shape, order="F"), GRID)
    assert (cropped(whole, box).data == whole.data[box]).all()
