"""Body, boxes and parts of grids."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.prepare.motion.region import around, body, coarse, coarse_mask

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


def test_blocks_are_means_at_their_centers():
    box = (slice(6, 17), slice(1, 8), slice(16, 20))
    whole = Volume(np.arange(28800, dtype=np.float32).reshape(GRID.shape, order="F"), GRID)
    part = coarse(whole, box, 4.0)  # two voxels along i and j, one along k; i and j leave one over
    assert part.grid.shape == (5, 3, 4)
    assert part.grid.spacing_mm == (4.0, 4.0, 3.0)
    np.testing.assert_allclose(part.grid.origin_mm, (GRID.affine @ [6.5, 1.5, 16, 1])[:3])
    np.testing.assert_allclose(part.data[1, 2, 3], whole.data[8:10, 5:7, 19].mean())


def test_a_block_belongs_to_the_mask_by_half():
    inside = np.zeros(GRID.shape, bool, order="F")
    inside[:3, :2, 0] = True
    found = coarse_mask(Mask(inside, GRID), (slice(0, 8), slice(0, 8), slice(0, 2)), 4.0)
    assert np.argwhere(found.data).tolist() == [[0, 0, 0], [1, 0, 0]]
