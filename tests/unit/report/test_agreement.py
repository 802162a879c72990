"""Dice of masks against closed forms; the native mask on the images' grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.report.agreement import on_image_grid, pairs
from breastdce.report.panels.agreement import PANEL

FINE = Grid((30, 30, 30), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
THICK = Grid((30, 30, 15), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.5))


def _cube(first: int, last: int, grid: Grid = FINE) -> Mask:
    mask = Mask(np.zeros(grid.shape, np.bool_, order="F"), grid)
    factor = round(grid.spacing_mm[2])
    mask.data[first:last, first:last, first // factor : last // factor] = True
    return mask


def test_dice_of_shifted_cubes():
    masks = {"ftv": _cube(4, 14), "stv-auto": _cube(9, 19), "stv-expert": _cube(4, 14)}
    found = {(pair.first, pair.second): pair for pair in pairs(masks)}
    assert len(found) == 3
    assert found["ftv", "stv-auto"].dice == pytest.approx(125 / 1000)
    assert found["ftv", "stv-auto"].shared_ml == pytest.approx(0.125)
    assert found["ftv", "stv-expert"].dice == 1


def test_thick_slices_are_carried_over():
    carried = on_image_grid({"ftv": _cube(4, 14, THICK), "stv-expert": _cube(4, 14)}, FINE)
    assert list(carried) == ["ftv", "stv-expert"]
    np.testing.assert_array_equal(carried["ftv"].data, carried["stv-expert"].data)


def test_empty_and_other_masks_do_not_count():
    nothing = Mask(np.zeros(FINE.shape, np.bool_), FINE)
    assert on_image_grid({"ftv": nothing, "breast": _cube(1, 29)}, FINE) == {}


def test_the_panel_shows_every_mask_with_its_line(view):
    masks = {**view.masks, "stv-auto": view.stv, "stv-expert": view.stv}
    shown = str(PANEL.show(replace(view, masks=masks)))
    for css in ("stv-line", "auto-line", "expert-line"):
        assert shown.count(f'class="{css}"') == 4, css  # three planes and the legend
    assert shown.count('class="ftv-line"') == 3  # it misses the axial slice
    assert "STV, expert" in shown
    assert ">1.000<" in shown


def test_one_mask_alone_is_said(view):
    assert "fewer than two masks" in str(PANEL.show(replace(view, masks={"ftv": view.ftv})))
