"""Transform files, read back by SimpleITK."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.grid import Grid
from breastdce.core.transform import Rigid, Spline, Transform
from breastdce.core.volume import Volume
from breastdce.formats.tfm import transform_text, write_transform
from breastdce.testing import itk_oracle

SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((14, 12, 9), (2.0, 2.5, 3.0), SAGITTAL, (-5.0, 20.0, 12.0))
LPS_DIRECTION = (GRID.direction * np.array([-1.0, -1.0, 1.0])[:, None]).ravel().tolist()
RIGID = Rigid((0.05, -0.02, 0.1 + 0.2), (1.5, -2.0, 0.7), (1.0, -8.0, -3.0))


def bent():
    rng = np.random.default_rng(3)
    return Spline(
        # The lattice covers the grid with a control point to spare on each side.
        tuple(np.array([5.0, -20.0, 12.0]) - np.reshape(LPS_DIRECTION, (3, 3)) @ ([12.0] * 3)),
        (12.0, 12.0, 12.0),
        tuple(LPS_DIRECTION),
        np.asfortranarray(rng.normal(0, 2, (7, 7, 7, 3))),
    )


@pytest.mark.parametrize(
    "transform",
    [Transform(RIGID), Transform(None, bent()), Transform(RIGID, bent()), Transform()],
    ids=["rigid", "spline", "both", "identity"],
)
def test_simpleitk_reads_the_transform_that_we_apply(transform, tmp_path):
    write_transform(tmp_path / "a.tfm", transform)
    theirs = sitk.ReadTransform(str(tmp_path / "a.tfm"))
    ours = itk_oracle.displacement_mm(transform, GRID)
    flip = np.array([-1.0, -1.0, 1.0])
    for index in np.ndindex(3, 3, 3):
        at = (np.array(index) + 2.0) @ (GRID.direction * GRID.spacing_mm).T + GRID.origin_mm
        moved = np.array(theirs.TransformPoint((at * flip).tolist())) * flip
        found = ours[index[0] + 2, index[1] + 2, index[2] + 2]
        np.testing.assert_allclose(moved - at, found, rtol=0, atol=1e-9)  # rounding of doubles


def test_an_image_resampled_through_the_file_is_ours(tmp_path):
    rng = np.random.default_rng(1)
    volume = Volume(np.asfortranarray(rng.normal(100, 9, GRID.shape), np.float32), GRID)
    transform = Transform(RIGID, bent())
    write_transform(tmp_path / "a.tfm", transform)
    image = itk_oracle.to_image(volume)
    theirs = sitk.Resample(
        image, image, sitk.ReadTransform(str(tmp_path / "a.tfm")), sitk.sitkBSpline, -1.0
    )
    found = sitk.GetArrayFromImage(theirs).T
    inside = found != -1.0
    assert inside.mean() > 0.5
    ours = itk_oracle.warp(volume, transform, itk_oracle.Interpolator.BSPLINE).data
    np.testing.assert_array_equal(ours[inside], found[inside])
    assert (ours[~inside] > 50).all()  # beyond the image the nearest voxel holds


def test_the_spline_is_applied_after_the_rigid_move():
    both = itk_oracle.displacement_mm(Transform(RIGID, bent()), GRID)
    apart = itk_oracle.displacement_mm(Transform(RIGID), GRID)
    assert np.abs(both - apart).max() > 1
    text = transform_text(Transform(RIGID, bent()))
    # ITK applies what stands last first.
    assert text.index("BSplineTransform") < text.index("Euler3DTransform")


def test_numbers_are_written_without_loss():
    assert "0.30000000000000004" in transform_text(Transform(RIGID))
