"""Which exams are shown."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_grid, write_mask, write_volume
from breastdce.run.agreement import agreement
from breastdce.run.cohort_cases import (
    Lesion,
    agreement_cases,
    artifact_cases,
    gallery,
    small_to_large,
)

EXAMS = [ExamId(f"{n:04d}", "T0") for n in range(9)]


@pytest.mark.parametrize(
    ("volumes", "shown"),
    [
        ((8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0), [2.0, 4.0, 6.0, 8.0]),
        ((2.0, math.nan, 1.0), [1.0, 2.0]),
        ((0.0, 3.0), [3.0]),
        ((0.0,), []),
    ],
)
def test_the_gallery_goes_from_small_to_large(volumes, shown):
    lesions = [Lesion(ml, exam, 1) for ml, exam in zip(volumes, EXAMS, strict=False)]
    assert [lesion.ftv_ml for lesion in small_to_large(lesions)] == shown


@pytest.fixture
def out(tmp_path) -> Path:
    grid = Grid((20, 20, 6), (2.0, 2.0, 4.0), np.eye(3), (0.0, 0.0, 0.0))
    data = np.asfortranarray(np.arange(2400, dtype=np.float32).reshape(grid.shape))
    for exam in EXAMS[:2]:
        write_volume(layout.native_image(tmp_path, exam, 1), Volume(data, grid))
    return Path(tmp_path)


def lesion_on(out: Path, size: int) -> Lesion:
    """An exam with an FTV of so many voxels along each axis, on a native grid of 0.5 mm."""
    native = Grid((40, 40, 6), (0.5, 0.5, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    fine = Grid((20, 20, 6), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    mask = np.zeros(native.shape, np.bool_, order="F")
    mask[1 : 1 + size, 1 : 1 + size, 2 : 2 + size] = True  # one voxel is between those of 1 mm
    for grid, paths in (
        (native, (layout.native_image(out, EXAMS[5], 1), layout.ser_map(out, EXAMS[5]))),
        (fine, (layout.image(out, EXAMS[5], n) for n in range(2))),
    ):
        values = np.asfortranarray(np.arange(np.prod(grid.shape)).reshape(grid.shape), np.float32)
        for path in paths:
            write_volume(path, Volume(values, grid))
    ftv = Mask(mask, native)
    write_mask(layout.mask(out, EXAMS[5], MaskName.FTV), ftv)
    return Lesion(ftv.volume_ml, EXAMS[5], 1)


def test_a_lesion_without_a_structural_volume_is_outlined_by_its_ftv(tmp_path):
    (case,) = gallery(tmp_path, [lesion_on(tmp_path, 4)])
    assert case.words == "FTV 0.02 mL"
    *signals, classes = case.pictures
    assert [len(picture.outlines) for picture in signals] == [0, 0, 1]
    assert signals[-1].outlines[0][0] == "ftv-line"
    assert "Classes of SER" in classes.alt


def test_a_lesion_that_falls_between_the_voxels_of_1_mm_is_shown_on_its_own_grid(tmp_path):
    (case,) = gallery(tmp_path, [lesion_on(tmp_path, 1)])
    assert [picture.cut.grid.spacing_mm for picture in case.pictures] == [(0.5, 0.5, 1.0)]


def finding(score: float, **more: object) -> dict[str, object]:
    told = {"detector": "spike", "score": score, "threshold": 0.5, "phases": [1], "code": "X"}
    return {**told, "voxel": [10, 10, 4], "words": "left", **more}


def test_of_each_artifact_the_strongest_exam_is_shown(out):
    reports = [
        {"qc": {"findings": [finding(0.6), finding(0.4, detector="zipper")]}},
        {"qc": {"findings": [finding(0.9)]}},
        {},
    ]
    (shown,) = artifact_cases(out, EXAMS[:3], reports)
    assert shown.exam == str(EXAMS[1])
    assert "Spike: score 0.90, threshold 0.50; left" in shown.words
    (picture,) = shown.pictures
    assert picture.cut.index == 4
    assert picture.outlines[0][1].any()


def test_an_artifact_without_a_place_is_shown_in_the_middle(out):
    report = {"qc": {"findings": [finding(0.9, voxel=None)]}}
    (shown,) = artifact_cases(out, EXAMS[:1], [report])
    assert shown.pictures[0].cut.index == 3
    assert shown.pictures[0].outlines == ()


def test_without_quality_control_there_are_none(out):
    assert artifact_cases(out, EXAMS[:1], [{"motion": {}}]) == []


def test_a_mask_that_was_taken_away_since_it_was_compared_is_not_shown(out):
    grid = read_grid(layout.native_image(out, EXAMS[0], 1))
    write_volume(layout.image(out, EXAMS[0], 0), Volume(np.zeros(grid.shape, np.float32), grid))
    whole = Mask(np.ones(grid.shape, np.bool_, order="F"), grid)
    for name in (MaskName.STV_CANDIDATE, MaskName.STV_EXPERT):
        write_mask(layout.mask(out, EXAMS[0], name), whole)
    pairs = agreement(out, EXAMS[:1])
    assert pairs[0].dice.tolist() == [1.0]
    layout.mask(out, EXAMS[0], MaskName.STV_EXPERT).unlink()
    assert agreement_cases(out, EXAMS[:1], pairs) == []


def test_where_no_exam_has_two_masks_none_are_compared(out):
    assert agreement_cases(out, EXAMS[:2], agreement(out, EXAMS[:2])) == []
