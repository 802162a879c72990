from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.alignment import Turn
from breastdce.imaging.index_match import by_index

IMAGE = Grid((4, 5, 5), (0.7, 0.7, 2.0), np.diag([-1.0, -1.0, 1.0]), (30.0, 40.0, -12.0))
DATA = np.random.default_rng(3).random(IMAGE.shape) > 0.5


def on(grid: Grid) -> Mask:
    return Mask(np.asfortranarray(np.resize(DATA, grid.shape)), grid)


def changed(**fields) -> Grid:
    facts = {name: getattr(IMAGE, name) for name in Grid.__slots__} | fields
    return Grid(**{name: v.copy() if name == "direction" else v for name, v in facts.items()})


def test_the_same_grid_keeps_every_voxel():
    mask, caveats = by_index(on(changed()), IMAGE)
    assert mask.grid is IMAGE
    assert not caveats
    np.testing.assert_array_equal(mask.data, DATA)


def test_a_twentieth_of_a_voxel_is_the_same_place_and_is_said():
    mask, (caveat,) = by_index(on(changed(origin_mm=(30.035, 40.0, -12.0))), IMAGE)
    assert (caveat.code, caveat.detail) == ("GEOMETRY_NEAR", {"apart_mm": 0.035})
    assert mask.grid is IMAGE


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), IMAGE.spacing_mm])
def test_a_lost_header_is_taken_index_by_index_and_said(spacing):
    lost = Grid(IMAGE.shape, spacing, np.eye(3), (0.0, 0.0, 0.0))
    mask, (caveat,) = by_index(on(lost), IMAGE)
    assert caveat.code == "HEADER_LOST"
    np.testing.assert_array_equal(mask.data, DATA)


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (changed(shape=(4, 5, 6)), "other shape"),
        (Turn((0, 1, 2), (False, True, False)).grid(IMAGE), "flipped axis j"),
        (Turn((0, 2, 1), (False, False, False)).grid(IMAGE), "swapped axes: i k j"),
        (changed(spacing_mm=(0.7, 0.7, 2.5)), "other spacing"),
        (changed(origin_mm=(30.0, 41.4, -12.0)), "shifted by 0 1.4 0 mm"),
        (Grid((4, 5, 6), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0)), "other shape"),
    ],
)
def test_anything_else_is_refused_with_its_kind_and_both_grids(grid: Grid, words: str):
    with pytest.raises(InputError, match="GRID_MISMATCH") as caught:
        by_index(on(grid), IMAGE)
    assert words in str(caught.value.evidence["difference"])
    assert {"image", "mask"} <= set(caught.value.evidence)


def test_a_flip_is_the_only_difference_that_a_flipped_mask_has():
    flipped = Turn((0, 1, 2), (True, False, False)).grid(IMAGE)
    with pytest.raises(InputError) as caught:
        by_index(on(flipped), IMAGE)
    assert caught.value.evidence["difference"] == "flipped axis i"
