"""Regions of a structure set lie on an image's grid, and what was left out is said."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import CaveatCode
from breastdce.run.contours import is_structure_set, read_contours
from tests.unit.formats.dicom.test_rtstruct import box, contour, structure_set
from tests.unit.formats.dicom.test_seg import GRID, save


def region(tmp_path, *contours, label=1):
    path = save(structure_set([*contours], [box(0, 0.5, 1.5, 0.5, 1.5)]), tmp_path / "rs.dcm")
    assert is_structure_set(path)
    return read_contours(path).on(GRID, label)


def test_a_region_that_is_drawn_whole_has_no_caveat(tmp_path):
    mask, caveats = region(tmp_path, box(1, 0.5, 2.5, 0.5, 1.5))
    assert np.argwhere(mask.data).tolist() == [[1, 1, 1], [2, 1, 1]]
    assert caveats == ()


def test_a_number_that_no_region_has_is_an_empty_mask(tmp_path):
    mask, caveats = region(tmp_path, box(1, 0.5, 2.5, 0.5, 1.5), label=7)
    assert mask.grid is GRID
    assert not mask.data.any()
    assert caveats == ()


def test_contours_that_enclose_nothing_or_lie_outside_are_counted(tmp_path):
    point, far = contour(1, (1, 1), kind="POINT"), box(9, 0.5, 2.5, 0.5, 1.5)
    mask, (caveat,) = region(tmp_path, box(1, 0.5, 2.5, 0.5, 1.5), point, far)
    assert np.count_nonzero(mask.data) == 2
    assert caveat.code is CaveatCode.CONTOURS_LEFT_OUT
    assert caveat.detail == {"enclose_nothing": 1, "outside": 1}


def test_slices_without_a_contour_between_two_are_counted(tmp_path):
    mask, (caveat,) = region(tmp_path, *(box(k, 0.5, 2.5, 0.5, 1.5) for k in (0, 3)))
    assert np.flatnonzero(mask.data.any((0, 1))).tolist() == [0, 3]  # nothing is made up between
    assert caveat.code is CaveatCode.CONTOURS_SPARSE
    assert caveat.detail == {"slices": 2}


def test_a_folder_and_a_file_of_something_else_are_no_structure_set(tmp_path):
    assert not is_structure_set(tmp_path)
    (tmp_path / "notes.txt").write_text("no DICOM")
    assert not is_structure_set(tmp_path / "notes.txt")
