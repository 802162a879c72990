from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.imaging import itk
from breastdce.testing import itk_oracle

ANGLE = 0.3
DIRECTION = np.array(
    [[np.cos(ANGLE), -np.sin(ANGLE), 0], [np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, -1.0]]
)
GRID = Grid((4, 3, 2), (0.703125, 0.7, 2.00000006779661), DIRECTION, (-157.800003, 106.7, 78.0))
VOXELS = np.arange(24, dtype=np.float32).reshape((4, 3, 2), order="F")


def test_geometry_crosses_bit_for_bit():
    image = itk_oracle.to_image(Volume(VOXELS, GRID))
    flip = np.array([-1.0, -1.0, 1.0])
    assert image.GetSpacing() == GRID.spacing_mm
    assert np.array_equal(image.GetOrigin(), flip * GRID.origin_mm)
    assert np.array_equal(np.reshape(image.GetDirection(), (3, 3)), flip[:, None] * GRID.direction)
    assert image.GetPixelID() == sitk.sitkFloat32
    assert np.array_equal(sitk.GetArrayViewFromImage(image).T, VOXELS)


def test_a_voxel_center_is_the_same_point_in_lps():
    image = itk_oracle.to_image(Volume(VOXELS, GRID))
    ras = GRID.affine @ [3, 1, 1, 1]
    lps = image.TransformIndexToPhysicalPoint((3, 1, 1))
    np.testing.assert_allclose(np.array(lps) * [-1, -1, 1], ras[:3], rtol=0, atol=1e-12)
    assert image.GetPixel(3, 1, 1) == VOXELS[3, 1, 1]


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
    for kind in (itk_oracle.Interpolator.LINEAR, itk_oracle.Interpolator.NEAREST):
        again = itk_oracle.resample(Volume(VOXELS, GRID), GRID, kind)
        np.testing.assert_allclose(again.data, VOXELS, atol=1e-5)  # float32 positions


def test_otsu_separates_two_levels():
    samples = np.where(VOXELS > 11, np.float32(100), np.float32(3))
    assert np.array_equal(itk_oracle.otsu(samples), VOXELS > 11)
