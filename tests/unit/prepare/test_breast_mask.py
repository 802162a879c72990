"""The mask is what a reader of a phantom would outline, whatever axes, scale and side."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.prepare.breast_mask import BreastParams, breast_mask
from breastdce.testing import PhantomParams, Tissue, make_phantom, phantom_grid
from breastdce.testing.anatomy import breast_truth

PARAMS = BreastParams()


def phantom(size="tiny", *, sagittal, params=None, seed=0):
    params = params or PhantomParams()
    grid = phantom_grid(size, sagittal=sagittal, side=params.lesion_side)
    made = make_phantom(grid, (-200.0,), params, np.random.default_rng(seed))
    sides = breast_truth(grid, params)
    truth = sides[params.lesion_side] if sagittal else sides["R"] | sides["L"]
    return Volume(made.images[0], grid), truth, made


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


@pytest.fixture(scope="module")
def axial():
    return phantom(sagittal=False)


# Voxels of 5 x 7 mm: an error of half a voxel all around costs 0.05.
@pytest.mark.parametrize("sagittal", [True, False])
@pytest.mark.parametrize(
    "params",
    [
        PhantomParams(),
        PhantomParams(breast_depth_mm=70, breast_width_mm=110, density=0.9, noise_sd=15),
        PhantomParams(breast_depth_mm=105, breast_height_mm=160, shading_cv=0.4, lesion_side="L"),
    ],
)
def test_coarse_phantoms_are_masked(sagittal, params):
    image, truth, _ = phantom(sagittal=sagittal, params=params)
    found = breast_mask(image, PARAMS)
    assert dice(found.mask.data, truth) >= 0.92
    assert found.caveats == ()


@pytest.mark.slow
@pytest.mark.parametrize("sagittal", [True, False])
def test_phantoms_of_the_demo_are_masked_closely(sagittal):
    image, truth, _ = phantom("demo", sagittal=sagittal)
    assert dice(breast_mask(image, PARAMS).mask.data, truth) >= 0.95


@pytest.mark.parametrize("factor", [0.25, 3.0])
def test_dark_and_bright_fat_stay_inside(factor):
    """Suppressed fat is a quarter, fat without suppression three times as bright."""
    image, truth, made = phantom(sagittal=False)
    fat = np.isin(made.truth.labels, (Tissue.FAT, Tissue.BONE))
    data = np.where(fat, factor * image.data, image.data).astype(np.float32)
    assert dice(breast_mask(image.with_data(data), PARAMS).mask.data, truth) >= 0.9


def one_breast(params, front, shape, spacing, factor=1.0):
    """A sagittal image of the right breast, its fat brighter or darker by a factor."""
    direction = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    first = params.breast_offset_mm - (shape[2] - 1) / 2 * spacing[2]
    top = -5 + (shape[1] - 1) / 2 * spacing[1]
    grid = Grid(shape, spacing, direction, (first, front, top))
    made = make_phantom(grid, (-200.0,), params, np.random.default_rng(0))
    fat = np.isin(made.truth.labels, (Tissue.FAT, Tissue.BONE))
    data = np.where(fat, factor * made.images[0], made.images[0]).astype(np.float32)
    found = breast_mask(Volume(np.asfortranarray(data), grid), PARAMS)
    return found, breast_truth(grid, params)["R"]


@pytest.mark.parametrize("factor", [0.25, 1.0])
def test_images_that_end_before_the_lung_are_masked_and_doubtful(factor):
    """Ribs are the last that is seen of the thorax; the images end there."""
    params = PhantomParams(
        breast_depth_mm=120, breast_offset_mm=71, breast_width_mm=129, noise_sd=5
    )
    found, truth = one_breast(params, 142.0, (89, 96, 40), (2.0, 2.0, 3.5), factor)
    assert dice(found.mask.data, truth) >= 0.95
    assert not found.report.lung_seen
    assert [caveat.code for caveat in found.caveats] == [CaveatCode.BREAST_MASK_DOUBTFUL]


def test_a_wall_before_the_skin_of_the_trunk_is_doubtful():
    """Images that end before the ribs: the fall from gland to dark fat is taken for the lung."""
    params = PhantomParams(noise_sd=5)
    found, truth = one_breast(params, 120.0, (57, 80, 36), (2.5, 2.5, 4.0), 0.25)
    assert dice(found.mask.data, truth) < 0.8
    assert found.report.lung_seen  # nothing else tells
    assert found.report.sunk > 0.4
    assert [caveat.code for caveat in found.caveats] == [CaveatCode.BREAST_MASK_DOUBTFUL]


def test_a_strip_beyond_the_sternum_is_no_other_breast():
    params = PhantomParams(breast_offset_mm=61, breast_width_mm=125)
    found, _ = one_breast(params, 120.0, (80, 80, 36), (2.5, 2.5, 4.0))
    assert [side.side for side in found.report.sides] == ["R"]
    assert found.caveats == ()


def test_sides_and_volumes_are_told(axial):
    image, _, _ = axial
    report = breast_mask(image, PARAMS).report
    assert [side.side for side in report.sides] == ["R", "L"]
    assert report.middle_seen
    assert abs(report.middle_mm) < 6  # mm, a coarse voxel
    for side in report.sides:
        truth = np.count_nonzero(breast_truth(image.grid, PhantomParams())[side.side])
        assert side.ml == pytest.approx(truth * image.grid.voxel_ml, rel=0.1)


def test_one_breast_is_one_side():
    image, _, _ = phantom(sagittal=True, params=PhantomParams(lesion_side="L"))
    report = breast_mask(image, PARAMS).report
    assert [side.side for side in report.sides] == ["L"]
    assert not report.middle_seen


def test_the_sum_of_the_sides_is_the_mask(axial):
    found = breast_mask(axial[0], PARAMS)
    total = sum(side.ml for side in found.report.sides)
    assert total == pytest.approx(found.mask.volume_ml, rel=1e-9)


def test_axes_of_the_array_do_not_matter(axial):
    image = axial[0]
    grid = image.grid
    turned = Grid(
        (grid.shape[2], grid.shape[0], grid.shape[1]),
        (grid.spacing_mm[2], grid.spacing_mm[0], grid.spacing_mm[1]),
        grid.direction[:, [2, 0, 1]],
        grid.origin_mm,
    )
    data = np.asfortranarray(image.data.transpose(2, 0, 1))
    straight = breast_mask(image, PARAMS).mask.data
    assert (
        breast_mask(Volume(data, turned), PARAMS).mask.data.transpose(1, 2, 0) == straight
    ).all()


def test_the_unit_of_the_signal_does_not_matter(axial):
    image = axial[0]
    scaled = image.with_data(np.asfortranarray(image.data * np.float32(8)))
    same = breast_mask(scaled, PARAMS).mask.data == breast_mask(image, PARAMS).mask.data
    assert same.mean() > 0.999  # voxels at the very threshold may change with rounding


@pytest.mark.parametrize("kind", ["zeros", "noise"])
def test_where_nobody_lies_the_mask_is_doubtful(kind):
    grid = phantom_grid("tiny", sagittal=False)
    rng = np.random.default_rng(3)
    noise = rng.rayleigh(7.0, grid.shape) if kind == "noise" else np.zeros(grid.shape)
    found = breast_mask(Volume(np.asfortranarray(noise, np.float32), grid), PARAMS)
    assert [caveat.code for caveat in found.caveats] == [CaveatCode.BREAST_MASK_DOUBTFUL]


def test_an_implausible_volume_is_doubtful(axial):
    found = breast_mask(axial[0], BreastParams(most_ml=200))
    (caveat,) = found.caveats
    assert caveat.code is CaveatCode.BREAST_MASK_DOUBTFUL
    assert float(caveat.detail["ml_R"]) > 200
