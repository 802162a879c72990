"""What SimpleITK does to a mask, as an independent writer of NRRD and NIfTI, is recognized."""

from __future__ import annotations

import os
from itertools import permutations, product

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import MaskCode
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.edited_mask import read_edited_mask
from breastdce.formats.nifti import read_grid, write_mask
from breastdce.formats.seg_nrrd import Segment, write_seg_nrrd
from breastdce.review.diagnosis import diagnose
from breastdce.testing.itk_oracle import to_image
from tests.unit.review.lesions import grid, grown, lesion

SHAPE = (24, 24, 24)
GRID, PARENT = grid(SHAPE, (1.0, 1.0, 1.5)), lesion(SHAPE)


def image_of(mask=None):
    """The edited mask as SimpleITK holds it."""
    data = (grown(PARENT) if mask is None else mask).astype(np.float32)
    return sitk.Cast(to_image(Volume(np.asfortranarray(data), GRID)), sitk.sitkUInt8)


@pytest.fixture(params=[".nii", ".nii.gz", ".nrrd", ".seg.nrrd"])
def judged(request, tmp_path):
    def judge(image, compress=True):
        path = tmp_path / f"mask{request.param}"
        sitk.WriteImage(image, os.fspath(path), compress)
        edited = read_edited_mask(path, 10**6)
        return diagnose(GRID, PARENT, edited.values, edited.grid, edited.names)

    return judge


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(
    "pixel", [sitk.sitkUInt8, sitk.sitkUInt16, sitk.sitkInt32, sitk.sitkFloat64]
)
def test_a_written_mask_is_taken(judged, pixel, compress):
    found = judged(sitk.Cast(image_of(), pixel), compress)
    assert found.accepted
    assert found.confirmed


@pytest.fixture(params=list(product([False, True], repeat=3))[1:])
def axes(request):
    return request.param


def names_the_reversed(what, axes):
    return all(
        (f"axis {letter} is reversed" in what) == flipped
        for letter, flipped in zip("ijk", axes, strict=True)
    )


def test_flips_that_the_header_tells_are_told(judged, axes):
    found = judged(sitk.Flip(image_of(), axes, flipAboutOrigin=False))
    assert found.code is MaskCode.AXES_REORDERED
    assert names_the_reversed(found.what, axes)


def test_flips_that_the_header_hides_are_told(judged, axes):
    image = image_of()
    flipped = sitk.Flip(image, axes)
    flipped.CopyInformation(image)
    found = judged(flipped)
    assert found.code is MaskCode.VOXELS_TURNED
    assert names_the_reversed(found.what, axes)


def test_mirroring_the_world_is_told(judged, axes):
    found = judged(sitk.Flip(image_of(), axes, flipAboutOrigin=True))
    assert found.code is MaskCode.VOXELS_TURNED
    assert names_the_reversed(found.what, axes)
    assert "shifted by" in found.what


@pytest.mark.parametrize("order", list(permutations((0, 1, 2)))[1:])
def test_permuted_axes_are_told(judged, order):
    found = judged(sitk.PermuteAxes(image_of(), order))
    assert found.code is MaskCode.AXES_REORDERED
    assert found.confirmed
    assert found.dice_in_place == diagnose(GRID, PARENT, grown(PARENT), GRID).dice


@pytest.mark.parametrize("orientation", ["RAS", "LPS", "SAR"])
def test_reorientation_is_told(judged, orientation):
    found = judged(sitk.DICOMOrient(image_of(), orientation))
    assert found.code is MaskCode.AXES_REORDERED


def test_an_array_in_its_own_order_is_told(judged):
    # GetImageFromArray takes [k, j, i]: an array [i, j, k] is turned, and its header is lost.
    image = sitk.GetImageFromArray(grown(PARENT).astype(np.uint8))
    found = judged(image)
    assert found.code is MaskCode.VOXELS_TURNED
    assert "i and k are exchanged" in found.what
    assert "does not say where" in found.what


def test_an_array_without_its_header_is_told(judged):
    found = judged(sitk.GetImageFromArray(grown(PARENT).T.astype(np.uint8)))
    assert found.code is MaskCode.GRID_LOST
    assert "in place" in found.what


@pytest.mark.parametrize("factor", [0.5, 0.75, 2.0])
def test_resampling_is_told(judged, factor):
    image = image_of()
    spacing = [step * factor for step in image.GetSpacing()]
    size = [round(count / factor) for count in image.GetSize()]
    moved = sitk.Resample(
        image, size, sitk.Transform(), sitk.sitkNearestNeighbor,
        image.GetOrigin(), spacing, image.GetDirection(), 0, sitk.sitkUInt8,
    )  # fmt: skip
    found = judged(moved)
    assert found.code is MaskCode.GRID_RESAMPLED
    assert f"{factor:.4g} x {factor:.4g} x {1.5 * factor:.4g} mm instead of" in found.what


@pytest.mark.parametrize(
    ("voxels", "size"), [(0.5, "half a voxel"), (0.25, "a part of a voxel"), (1.0, "one voxel")]
)
def test_a_shift_is_told(judged, voxels, size):
    image = image_of()
    image.SetOrigin(image.TransformContinuousIndexToPhysicalPoint([voxels] * 3))
    found = judged(image)
    assert found.code is MaskCode.GRID_SHIFTED
    assert size in found.what
    assert f"{voxels:+.4g} mm along i" in found.what


def test_a_changed_spacing_is_told(judged):
    image = image_of()
    image.SetSpacing((1.0, 1.0, 3.0))
    found = judged(image)
    assert found.code is MaskCode.SPACING_CHANGED
    assert "1 x 1 x 3 mm instead of 1 x 1 x 1.5 mm" in found.what


def test_a_crop_is_told(judged):
    found = judged(sitk.RegionOfInterest(image_of(), [20, 18, 16], [1, 2, 3]))
    assert found.code is MaskCode.SHAPE_OTHER
    assert "begins at its voxel (1, 2, 3)" in found.what


def test_a_tilt_is_told(judged):
    image = image_of()
    turn = sitk.Euler3DTransform()
    turn.SetRotation(0.0, 0.0, np.radians(3.0))
    tilted = np.reshape(turn.GetMatrix(), (3, 3)) @ np.reshape(image.GetDirection(), (3, 3))
    image.SetDirection(tilted.ravel().tolist())
    found = judged(image)
    assert found.code is MaskCode.GRID_TILTED
    assert "3 degrees" in found.what


def test_an_empty_mask_is_told(judged):
    assert judged(image_of(np.zeros(SHAPE))).code is MaskCode.MASK_EMPTY


def test_a_smoothed_mask_is_told(judged):
    found = judged(sitk.DiscreteGaussian(sitk.Cast(image_of(), sitk.sitkFloat32), [1.0] * 3))
    assert found.code is MaskCode.MASK_VALUES


def test_another_label_is_told(judged):
    found = judged(image_of() * 2)
    assert found.code is MaskCode.MASK_LABELS
    assert "no label 1; it has label 2" in found.what


@st.composite
def grids(draw):
    """Axes in any order, tilted anyhow; also by nearly half a turn, which quaternions say badly."""
    axis = np.array(
        draw(st.sampled_from([(0, 0, 1), (1, 2, 3), (1, 1, 0), (1, 0, 0)])), dtype=float
    )
    angle = draw(st.sampled_from([0.0, 0.3, np.pi, np.pi - 1e-3, np.pi - 1e-4, np.pi + 5e-4, 2.0]))
    turn = sitk.VersorTransform((axis / np.linalg.norm(axis)).tolist(), angle)
    signs = np.diag([1.0, 1.0, draw(st.sampled_from([1.0, -1.0]))])
    direction = np.reshape(turn.GetMatrix(), (3, 3)) @ signs
    spacing = draw(st.tuples(*[st.floats(0.3, 3.0)] * 3))
    origin = draw(st.tuples(*[st.floats(-300, 300)] * 3))
    return Grid((12, 13, 11), spacing, direction, origin)


@given(grids(), st.sampled_from([".nii.gz", ".nrrd"]))
@settings(max_examples=60, deadline=None)
def test_reading_and_writing_by_itk_leaves_every_grid_as_it_is(tmp_path_factory, place, suffix):
    folder = tmp_path_factory.mktemp("itk")
    rng = np.random.default_rng(3)
    mask = Mask(np.asfortranarray(rng.random(place.shape) < 0.2), place)
    sent, back = folder / f"sent{suffix}", folder / f"back{suffix}"
    if suffix == ".nrrd":
        write_seg_nrrd(sent, mask, Segment("tumor", (1.0, 0.0, 0.0)))
        image_grid = place
    else:
        write_mask(sent, mask)
        image_grid = read_grid(sent)  # float32, as the images themselves
    sitk.WriteImage(sitk.ReadImage(os.fspath(sent)), os.fspath(back), True)
    found = read_edited_mask(back, 10**5)
    assert np.array_equal(found.values, mask.data)
    judged = diagnose(image_grid, mask.data, found.values, found.grid)
    assert judged.accepted, judged.what
