"""Transforms: what they change, what they leave, and that all phases share one draw."""

import inspect

import numpy as np
import pytest

from breastdce.core.errors import RecipeError
from breastdce.segment.augment._contract import Sample
from breastdce.segment.augment.bias_field import BiasFieldParams
from breastdce.segment.augment.blur import BlurParams
from breastdce.segment.augment.brightness import BrightnessParams
from breastdce.segment.augment.contrast import ContrastParams
from breastdce.segment.augment.gamma import GammaParams
from breastdce.segment.augment.ghosting import GhostingParams
from breastdce.segment.augment.low_resolution import LowResolutionParams
from breastdce.segment.augment.motion import MotionParams
from breastdce.segment.augment.noise import NoiseParams
from breastdce.segment.augment.spike import SpikeParams
from breastdce.segment.augmentation import TRANSFORMS, augmented, steps_of
from breastdce.segment.preset import shipped_preset, shipped_presets

SHAPE = (24, 20, 22)


def rng(seed=1):
    return np.random.Generator(np.random.Philox(seed))


@pytest.fixture
def sample():
    """A breast of signal 1 with a tumor that doubles, z-scored; air is 0."""
    at = np.indices(SHAPE) - np.array([11, 10, 11])[:, None, None, None]
    signal = 200.0 * ((at**2).sum(axis=0) < 90) + rng().uniform(0, 20, SHAPE)
    label = (at**2).sum(axis=0) < 16
    phases = np.stack([signal, signal * (1 + 1.2 * label), signal * (1 + label)])
    images = ((phases - phases.mean()) / phases.std()).astype(np.float32)
    return Sample(images, label.astype(np.uint8))


def apply(name, params, sample, seed=1):
    return TRANSFORMS.get(name).apply(sample, params, rng(seed))


def enhancement(sample, floor=None):
    """Percent enhancement in the tumor, of the signal above the images' least value."""
    images = sample.images - (sample.images.min() if floor is None else floor)
    tumor = sample.label > 0
    return 100 * (images[1][tumor].mean() / images[0][tumor].mean() - 1)


@pytest.mark.parametrize("name", TRANSFORMS.names())
def test_shape_type_and_input_are_kept_and_equal_draws_are_equal(name, sample):
    transform = TRANSFORMS.get(name)
    before = sample.images.copy(), sample.label.copy()
    results = [transform.apply(sample, transform.params(), rng(7)) for _ in range(2)]
    np.testing.assert_array_equal(sample.images, before[0])
    np.testing.assert_array_equal(sample.label, before[1])
    for one in results:
        assert one.images.shape == sample.images.shape
        assert one.images.dtype == np.float32
        assert one.label.dtype == np.uint8
        assert set(np.unique(one.label)) <= {0, 1}
    np.testing.assert_array_equal(results[0].images, results[1].images)
    np.testing.assert_array_equal(results[0].label, results[1].label)
    assert not np.array_equal(results[0].images, sample.images)
    assert inspect.getdoc(transform.apply)
    assert 0 <= transform.params().probability <= 1


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("noise", NoiseParams(sd=(0, 0))),
        ("brightness", BrightnessParams(factor=(1, 1))),
        ("contrast", ContrastParams(factor=(1, 1))),
        ("gamma", GammaParams(gamma=(1, 1))),
        ("gamma", GammaParams(gamma=(1, 1), inverted=True)),
        ("blur", BlurParams(sigma_mm=(0, 0))),
        ("bias_field", BiasFieldParams(strength=0)),
        ("ghosting", GhostingParams(strength=(0, 0))),
        ("spike", SpikeParams(intensity=(0, 0))),
        ("low_resolution", LowResolutionParams(factor=(1, 1))),
        ("motion", MotionParams(sd_mm=0)),
    ],
)
def test_strength_nothing_changes_nothing(name, params, sample):
    found = apply(name, params, sample)
    np.testing.assert_allclose(found.images, sample.images, atol=2e-6)
    np.testing.assert_array_equal(found.label, sample.label)


def test_mirror_turns_images_and_label_along_i(sample):
    found = apply("mirror", TRANSFORMS.get("mirror").params(), sample)
    np.testing.assert_array_equal(found.images, sample.images[:, ::-1])
    np.testing.assert_array_equal(found.label, sample.label[::-1])


def test_brightness_is_one_factor(sample):
    ratio = apply("brightness", BrightnessParams(), sample).images / sample.images
    np.testing.assert_allclose(ratio, ratio[0, 0, 0, 0], rtol=1e-5)
    assert 0.75 <= ratio[0, 0, 0, 0] <= 1.25


@pytest.mark.parametrize("name", ["brightness", "bias_field"])
def test_gains_leave_percent_enhancement(name, sample):
    transform = TRANSFORMS.get(name)
    # Of the bias field's reference, the least value, noise takes a little.
    for seed in range(4):
        found = transform.apply(sample, transform.params(), rng(seed))
        assert enhancement(found) == pytest.approx(enhancement(sample), rel=0.02)


def test_draws_of_their_own_for_each_phase_would_destroy_it(sample):
    """As the original has it (each phase is an image of its own): the signal is lost."""
    floor, errors = sample.images.min(), []
    for seed in range(10):
        own = [
            apply("brightness", BrightnessParams(), Sample(phase[None], sample.label), 3 * seed + n)
            for n, phase in enumerate(sample.images)
        ]
        apart = Sample(np.concatenate([one.images for one in own]), sample.label)
        errors.append(abs(enhancement(apart, floor) - enhancement(sample)))
    assert np.mean(errors) > 10  # percent enhancement, of 120; with one draw it is below 2


@pytest.mark.parametrize("inverted", [False, True])
def test_gamma_keeps_the_moments_of_all_phases_and_the_order_of_values(sample, inverted):
    found = apply("gamma", GammaParams(gamma=(1.4, 1.4), inverted=inverted), sample)
    assert found.images.mean(dtype=np.float64) == pytest.approx(0, abs=1e-5)
    assert found.images.std(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    order = np.argsort(sample.images, axis=None, kind="stable")
    assert (np.diff(found.images.ravel()[order]) >= -1e-6).all()


def test_noise_has_one_sd_for_all_phases_and_differs_between_them(sample):
    noise = apply("noise", NoiseParams(sd=(0.5, 0.5)), sample).images - sample.images
    assert noise.std(axis=(1, 2, 3)) == pytest.approx([0.5] * 3, rel=0.03)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.05


@pytest.mark.parametrize("name", ["blur", "ghosting", "spike", "low_resolution", "bias_field"])
def test_equal_phases_stay_equal(name, sample):
    """One draw for all phases: what was the same in two phases still is."""
    same = Sample(np.repeat(sample.images[:1], 3, axis=0), sample.label)
    transform = TRANSFORMS.get(name)
    found = transform.apply(same, transform.params(), rng(3)).images
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_blur_is_the_gaussian_of_its_sigma():
    images = np.zeros((1, 21, 21, 21), np.float32)
    images[0, 10, 10, 10] = 1
    point = Sample(images, np.zeros((21,) * 3, np.uint8))
    found = apply("blur", BlurParams(sigma_mm=(0.9, 0.9)), point).images[0]
    profile, at = found.sum(axis=(1, 2)), np.arange(21) - 10
    assert profile.sum() == pytest.approx(1, abs=1e-3)
    assert (profile * at**2).sum() == pytest.approx(0.81, rel=0.03)


def test_ghosts_appear_at_the_expected_distance():
    images = np.zeros((1, 8, 64, 8), np.float32)
    images[0, :, 32] = 1
    line = Sample(images, np.zeros((8, 64, 8), np.uint8))
    params = GhostingParams(ghosts=(4, 4), axes=(1,), strength=(0.5, 0.5))
    profile = apply("ghosting", params, line).images[0, 4, :, 4]
    far = np.delete(np.abs(profile), [0, 16, 32, 48])
    assert np.abs(profile)[[0, 16, 48]].min() > 4 * far.max()  # a quarter of the field apart


def test_low_resolution_loses_detail_along_chosen_axes_only():
    board = np.indices((16, 16, 16)).sum(axis=0) % 2
    sample = Sample(np.repeat(board[None], 3, 0).astype(np.float32), np.zeros((16,) * 3, np.uint8))
    coarse = LowResolutionParams(factor=(0.5, 0.5), axis_probability=1.0)
    assert apply("low_resolution", coarse, sample).images.std() < 0.1
    none = LowResolutionParams(factor=(0.5, 0.5), axis_probability=0.0)
    np.testing.assert_array_equal(apply("low_resolution", none, sample).images, sample.images)


def test_motion_leaves_the_first_phase_and_takes_the_label_with_the_second(sample):
    found = apply("motion", MotionParams(sd_mm=5.0, most_mm=2.0), sample)
    np.testing.assert_array_equal(found.images[0], sample.images[0])
    center = [np.argwhere(one.label).mean(axis=0) for one in (sample, found)]
    moved = center[1] - center[0]
    assert 1 < np.abs(moved).max() <= 2.1
    bright = (found.images[1] > np.quantile(sample.images[1], 0.97)) & (found.label > 0)
    assert 2 * bright.sum() / ((found.images[1] > np.quantile(sample.images[1], 0.97)).sum()
                               + found.label.sum()) > 0.85  # fmt: skip


def test_phase_drop_repeats_the_phase_before(sample):
    found = apply("phase_drop", TRANSFORMS.get("phase_drop").params(), sample)
    np.testing.assert_array_equal(found.images[2], sample.images[1])


@pytest.mark.parametrize("name", shipped_presets())
def test_shipped_lists_are_valid(name):
    assert steps_of(shipped_preset(name).augment)


def test_order_is_the_lists_and_chance_is_respected(sample):
    never = steps_of([{"transform": "noise", "probability": 0.0}])
    assert augmented(sample, never, rng()) is sample
    steps = steps_of([{"transform": "mirror", "probability": 0.5}])
    turned = [augmented(sample, steps, rng(seed)) is not sample for seed in range(200)]
    assert 70 < sum(turned) < 130


@pytest.mark.parametrize("first", [True, False])
def test_a_further_transform_changes_no_draw_of_another(sample, first):
    noise, mirror = ({"transform": name, "probability": 1.0} for name in ("noise", "mirror"))
    one = augmented(sample, steps_of([noise]), rng(4)).images - sample.images
    tables = [mirror, noise] if first else [noise, mirror]
    turned = sample.images[:, ::-1]
    two = augmented(sample, steps_of(tables), rng(4)).images - turned
    np.testing.assert_allclose(two if first else two[:, ::-1], one, atol=1e-6)


def test_the_same_transform_twice_draws_twice(sample):
    noise = {"transform": "noise", "sd": (0.5, 0.5)}
    one = augmented(sample, steps_of([noise]), rng(4)).images - sample.images
    two = augmented(sample, steps_of([noise, noise]), rng(4)).images - sample.images
    assert np.std(two - one) == pytest.approx(0.5, rel=0.03)
    assert abs(np.corrcoef((two - one).ravel(), one.ravel())[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"transform": "nois"}, "noise"),
        ({"transform": "noise", "sigma": 1}, "sigma"),
        ({"transform": "noise", "probability": 2}, "probability"),
        ({"transform": "noise", "sd": (0.2, 0.1)}, "least to most"),
        ({"transform": "blur", "sigma_mm": (-1.0, 0.1)}, "sigma_mm"),
    ],
)
def test_wrong_table_is_refused_with_its_place(table, word):
    with pytest.raises(RecipeError) as caught:
        steps_of([table])
    assert word in f"{caught.value.evidence} {caught.value.remedy}"
