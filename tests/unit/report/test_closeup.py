"""Boxes around lesions: wide enough, inside the grid."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.report.closeup import closeup, closeup_cut


def mask(corner: tuple[int, int, int], size: int = 10) -> Mask:
    grid = Grid((200, 160, 60), (0.5, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    data = np.zeros(grid.shape, np.bool_, order="F")
    i, j, k = corner
    data[i : i + size, j : j + size, k : k + 3] = True
    return Mask(data, grid)


@pytest.mark.parametrize("corner", [(100, 80, 30), (0, 0, 0), (190, 150, 57)])
def test_a_small_lesion_gets_80_mm_inside_the_grid(corner):
    found = mask(corner)
    box = closeup(found)
    for span, length, spacing in zip(box, found.grid.shape, found.grid.spacing_mm, strict=True):
        assert 0 <= span.start < span.stop <= length
        assert (span.stop - span.start) * spacing == pytest.approx(80, abs=spacing)
    inside = found.data[box]
    assert inside.sum() == found.data.sum()


def test_a_large_lesion_keeps_a_margin():
    box = closeup(mask((40, 20, 5), 100))
    assert (box[1].start, box[1].stop) == (8, 132)


def test_the_cut_is_the_fullest_slice():
    found = mask((100, 80, 30))
    found.data[100, 80, 32] = False
    found.data[100, 80, 30] = False
    assert closeup_cut(found).index == 31
