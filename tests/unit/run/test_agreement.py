"""Dice and volumes of the masks of exams, computed once."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.run.agreement import agreement

ONE, TWO = ExamId("0001", "T0"), ExamId("0002", "T0")
FINE = Grid((20, 20, 20), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
NATIVE = Grid((10, 10, 10), (2.0, 2.0, 2.0), np.eye(3), (0.5, 0.5, 0.5))


def put(out: Path, exam: ExamId, name: MaskName, grid: Grid, span: slice) -> None:
    data = np.zeros(grid.shape, np.bool_, order="F")
    data[span, 4:8, 4:8] = True
    write_mask(layout.mask(out, exam, name), Mask(data, grid))


@pytest.fixture
def out(tmp_path) -> Path:
    layout.store(tmp_path).mkdir()
    for exam in (ONE, TWO):
        write_volume(layout.image(tmp_path, exam, 0), Volume(np.zeros((20,) * 3, np.float32), FINE))
    put(tmp_path, ONE, MaskName.STV_CANDIDATE, FINE, slice(4, 8))
    put(tmp_path, ONE, MaskName.STV_EXPERT, FINE, slice(6, 10))
    put(tmp_path, TWO, MaskName.STV_CANDIDATE, FINE, slice(4, 8))
    return Path(tmp_path)


def test_half_an_overlap_is_a_dice_of_one_half(out):
    (pair,) = agreement(out, [ONE, TWO])
    assert (pair.first, pair.second) == ("STV by rules", "STV by a person")
    assert pair.dice[0] == 0.5
    assert math.isnan(pair.dice[1])
    assert (pair.first_ml[0], pair.second_ml[0]) == (0.064, 0.064)


def test_the_ftv_is_carried_to_the_1_mm_grid(out):
    # Each native voxel of 2 mm covers exactly two of 1 mm along each axis.
    data = np.zeros(NATIVE.shape, np.bool_, order="F")
    data[2:4, 2:4, 2:4] = True
    write_mask(layout.mask(out, ONE, MaskName.FTV), Mask(data, NATIVE))
    found = {(pair.first, pair.second): pair for pair in agreement(out, [ONE, TWO])}
    assert found["FTV", "STV by rules"].dice[0] == 1.0
    assert len(found) == 3


def test_the_pair_of_most_exams_stands_first_and_of_equals_the_better_reference(out):
    put(out, TWO, MaskName.STV_AUTO, FINE, slice(4, 8))
    put(out, ONE, MaskName.STV_AUTO, FINE, slice(4, 8))
    pairs = agreement(out, [ONE, TWO])
    assert (pairs[0].first, pairs[0].second) == ("STV by rules", "STV by network")
    put(out, TWO, MaskName.STV_EXPERT, FINE, slice(4, 8))
    pairs = agreement(out, [ONE, TWO])
    assert (pairs[0].first, pairs[0].second) == ("STV by network", "STV by a person")


def test_masks_are_read_again_only_when_they_changed(out):
    first = agreement(out, [ONE, TWO])
    path = layout.mask(out, ONE, MaskName.STV_EXPERT)
    before = path.stat()
    path.write_bytes(bytes(before.st_size))  # no mask: it could not be read again
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert agreement(out, [ONE, TWO])[0].dice[0] == first[0].dice[0]
    put(out, ONE, MaskName.STV_EXPERT, FINE, slice(4, 9))
    assert agreement(out, [ONE, TWO])[0].dice[0] == pytest.approx(8 / 9)


def test_nothing_is_remembered_in_a_data_set_without_store(out):
    layout.store(out).rmdir()
    assert agreement(out, [ONE])
    assert not layout.store(out).exists()
