from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import itk

ANGLE = 0.3
DIRECTION = np.array(
    [[np.cos(ANGLE), -np.sin(ANGLE), 0], [np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, -1.0]]
)
GRID = Grid((4, 3, 2), (0.703125, 0.7, 2.00000006779661), DIRECTION, (-157.800003, 106.7, 78.0))
VOXELS = np.arange(24, dtype=np.float32).reshape((4, 3, 2), order="F")


def test_geometry_survives_there_and_back_bit_for_bit():
    back = itk.to_volume(itk.to_image(Volume(VOXELS, GRID)))
    assert back.grid.spacing_mm == GRID.spacing_mm
    assert back.grid.origin_mm == GRID.origin_mm
    assert np.array_equal(back.grid.direction, GRID.direction)
    assert np.array_equal(back.data, VOXELS)
    assert back.data.flags.f_contiguous
    assert back.data.dtype == np.float32


def test_a_voxel_center_is_the_same_point_in_lps():
    image = itk.to_image(Volume(VOXELS, GRID))
    ras = GRID.affine @ [3, 1, 1, 1]
    lps = image.TransformIndexToPhysicalPoint((3, 1, 1))
    np.testing.assert_allclose(np.array(lps) * [-1, -1, 1], ras[:3], rtol=0, atol=1e-12)
    assert image.GetPixel(3, 1, 1) == VOXELS[3, 1, 1]


def test_masks_cross_as_zero_and_one():
    mask = Mask(np.asfortranarray(VOXELS > 5), GRID)
    label = itk.to_label(mask)
    assert label.GetPixelID() == sitk.sitkUInt8
    assert set(np.unique(sitk.GetArrayViewFromImage(label))) == {0, 1}
    assert np.array_equal(itk.to_mask(label).data, mask.data)


def test_thread_count_is_restored_even_after_an_error():
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    seen = []

    def fail():
        with itk.threads(3):
            seen.append(sitk.ProcessObject.GetGlobalDefaultNumberOfThreads())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert seen == [3]
    assert sitk.ProcessObject.GetGlobalDefaultNumberOfThreads() == before


def test_resampling_onto_the_own_grid_changes_nothing():
    for kind in (itk.Interpolator.LINEAR, itk.Interpolator.NEAREST):
        again = itk.resample(Volume(VOXELS, GRID), GRID, kind)
        np.testing.assert_allclose(again.data, VOXELS, atol=1e-5)  # float32 positions


def test_otsu_separates_two_levels():
    samples = np.where(VOXELS > 11, np.float32(100), np.float32(3))
    assert np.array_equal(itk.otsu(samples), VOXELS > 11)
