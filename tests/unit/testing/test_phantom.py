"""Truth equals the definitions, and the images equal the truth up to shading and noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from breastdce.core.errors import InputError
from breastdce.testing import PhantomParams, Tissue, make_phantom, phantom_grid
from breastdce.testing.anatomy import breast_truth

TIMES = (-200.0, 150.0, 450.0)
GRID = phantom_grid("tiny", sagittal=True)
LARGE = PhantomParams(lesion_radius_mm=18, rim_mm=6, satellite_radius_mm=8, stray_radius_mm=8)


def phantom(params=LARGE, seed=0, times=TIMES, grid=GRID):
    return make_phantom(grid, times, params, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def fine():
    """One phantom on the demo's grid."""
    grid = phantom_grid("demo", sagittal=True)
    return make_phantom(grid, TIMES, PhantomParams(), np.random.default_rng(5))


def test_pe_and_ser_are_the_ratios_of_noise_free_signal(fine):
    truth = fine.truth
    lesion = truth.lesion
    pre, post1, post2 = (phase[lesion].astype(float) for phase in truth.phases)
    np.testing.assert_allclose(truth.pe[lesion], 100 * (post1 / pre - 1), rtol=1e-4)
    ratio = (post1 - pre) / (post2 - pre)
    np.testing.assert_allclose(truth.ser[lesion], ratio, rtol=1e-4)


def test_air_has_no_pe(fine):
    truth = fine.truth
    air = truth.phases[0] == 0
    assert air.any()
    assert np.isnan(truth.pe[air]).all()
    assert np.isnan(truth.ser[air]).all()


def test_lesion_washes_out_in_its_rim_and_persists_in_half_its_core(fine):
    truth = fine.truth
    mean = {
        tissue: float(truth.ser[truth.labels == tissue].mean())
        for tissue in (Tissue.RIM, Tissue.CORE_PLATEAU, Tissue.CORE_PERSISTENT, Tissue.GLAND)
    }
    assert mean[Tissue.RIM] > 1.1
    assert 0.9 <= mean[Tissue.CORE_PLATEAU] <= 1.1
    assert mean[Tissue.CORE_PERSISTENT] < 0.9
    assert mean[Tissue.GLAND] < 0.9


def test_ftv_is_the_lesions_and_not_the_blood(fine):
    truth = fine.truth
    assert truth.ftv[truth.lesion].all()
    assert truth.ftv[truth.satellite].mean() > 0.9
    assert truth.ftv[truth.stray].mean() > 0.9
    blood = truth.labels == Tissue.BLOOD
    assert blood.any()
    assert (truth.ftv & blood).sum() < 0.01 * truth.ftv.sum()
    # The rest is the soft border, where lesion covers less than half of the voxel.
    near = ndimage.binary_dilation(
        truth.lesion | truth.satellite | truth.stray, np.ones((3, 3, 3)), 1
    )
    assert truth.ftv[~near].sum() < 0.02 * truth.ftv.sum()


def test_satellite_is_within_2_cm_of_the_lesion_and_the_stray_focus_is_not(fine):
    truth = fine.truth
    distance = ndimage.distance_transform_edt(~truth.lesion, truth.grid.spacing_mm)
    assert distance[truth.satellite].min() < 20
    assert distance[truth.stray].min() > 22
    within_2_cm = truth.ftv & (distance < 20)
    assert not ndimage.label(within_2_cm, np.ones((3, 3, 3)))[0][truth.stray].any()


def test_gap_to_a_large_stray_focus_is_from_surface_to_surface():
    truth = phantom(PhantomParams(stray_radius_mm=10, stray_gap_mm=30)).truth
    distance = ndimage.distance_transform_edt(~truth.lesion, truth.grid.spacing_mm)
    # Voxels of up to 7 mm and a wavy border (SD 1.6 mm) against a radius of 10 mm.
    assert distance[truth.stray].min() == pytest.approx(30, abs=7)


def test_noise_moves_the_mean_pe_and_ser_of_the_lesion_by_less_than_3_percent(fine):
    truth, lesion = fine.truth, fine.truth.lesion
    pre, post1, post2 = (image[lesion].astype(float) for image in fine.images)
    pe = 100 * (post1 - pre) / pre
    assert pe.mean() == pytest.approx(truth.pe[lesion].mean(), rel=0.03)
    ser = (post1 - pre) / (post2 - pre)
    assert ser.mean() == pytest.approx(truth.ser[lesion].mean(), rel=0.03)


def test_uniform_tissue_has_one_value_and_the_shading_asked_for(fine):
    truth, uniform = fine.truth, fine.truth.uniform
    assert uniform.mean() > 0.15
    for phase in truth.phases:
        assert np.ptp(phase[uniform]) == 0
    field = truth.shading[uniform].astype(float)
    assert field.mean() == pytest.approx(1, abs=1e-3)
    assert np.log(field).std() == pytest.approx(PhantomParams().shading_cv, rel=1e-3)


def test_without_noise_the_image_is_signal_times_shading():
    clean = phantom(PhantomParams(noise_sd=0, density=0.3))
    for image, signal in zip(clean.images, clean.truth.phases, strict=True):
        np.testing.assert_allclose(image, signal * clean.truth.shading, rtol=1e-6)


def test_noise_in_air_follows_rayleigh():
    noisy = phantom(PhantomParams(noise_sd=10))
    air = noisy.truth.phases[0] == 0
    # Mean of the Rayleigh distribution: SD of a channel times sqrt(pi / 2).
    assert noisy.images[0][air].mean() == pytest.approx(10 * np.sqrt(np.pi / 2), rel=0.02)


def test_left_lesion_is_in_the_left_breast():
    grid = phantom_grid("tiny", sagittal=False)
    left = phantom(PhantomParams(lesion_side="L", lesion_radius_mm=18), grid=grid).truth
    x = grid.affine[0, 0] * np.argwhere(left.lesion)[:, 0] + grid.affine[0, 3]
    assert x.size
    assert x.max() < 0


def test_two_phases_have_no_ftv():
    truth = phantom(times=TIMES[:2]).truth
    assert not truth.ftv.any()
    assert np.isnan(truth.pe).all()


def test_parameter_out_of_bounds_is_refused():
    with pytest.raises(InputError) as caught:
        phantom(PhantomParams(noise_sd=-1))
    assert "noise_sd" in str(caught.value)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), density=st.floats(0, 1))
def test_any_seed_gives_a_whole_phantom_and_always_the_same(seed, density):
    params = PhantomParams(lesion_radius_mm=18, density=density)
    one, two = phantom(params, seed), phantom(params, seed)
    for a, b in zip(one.images, two.images, strict=True):
        assert a.tobytes() == b.tobytes()
        assert np.isfinite(a).all()
    truth = one.truth
    assert truth.ftv.any()
    assert truth.uniform.any()
    assert (truth.shading > 0).all()
    assert {Tissue.AIR, Tissue.FAT, Tissue.SKIN, Tissue.RIM} <= set(np.unique(truth.labels))


def test_another_seed_gives_another_phantom():
    assert (phantom(seed=1).images[0] != phantom(seed=2).images[0]).mean() > 0.99


def test_breasts_lie_before_the_chest_wall_and_hold_their_lesions():
    grid = phantom_grid("tiny", sagittal=False)
    made = phantom(grid=grid)
    sides = breast_truth(grid, LARGE)
    assert not (sides["R"] & sides["L"]).any()
    both = sides["R"] | sides["L"]
    tissue = made.truth.labels[both]
    behind = (Tissue.AIR, Tissue.MUSCLE, Tissue.BONE, Tissue.LUNG)
    assert np.isin(tissue, behind).mean() < 0.03  # voxels of 5 mm at the surfaces
    assert (made.truth.labels[both] == Tissue.SKIN).any()
    assert sides["R"][made.truth.lesion].all()
