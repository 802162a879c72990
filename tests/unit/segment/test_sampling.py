"""Patches: where they lie, what is outside, and that nothing else decides on them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import affine_transform

from breastdce.segment.augmentation import steps_of
from breastdce.segment.preset import ForegroundParams, TurnParams, UniformParams
from breastdce.segment.sampling import Case, Sampler, Stream, cut, fixed_patches, turn_of
from breastdce.segment.turn_loops import sampled


def case(name="a", shape=(20, 24, 18), seed=0):
    rng = np.random.default_rng(seed)
    images = rng.standard_normal((3, *shape)).astype(np.float16)
    label = np.zeros(shape, np.uint8)
    label[4:8, 15:19, 5:9] = 1
    box = (slice(2, shape[0] - 2), slice(8, shape[1]), slice(0, shape[2]))
    return Case(name, images, label, np.argwhere(label).astype(np.int32), box, float(images.min()))


def sampler(params, batch=2, **options):
    cases = [case("a", seed=1), case("b", (30, 30, 30), 2), case("c", (9, 40, 20), 3)]
    steps = steps_of([{"transform": "noise"}, {"transform": "mirror"}])
    plain = {"patch": (16, 16, 16), "steps": steps, "stream": Stream(5, 1, 2)}
    return Sampler(cases, params, batch=batch, **(plain | options))


FOREGROUND = ForegroundParams(steps_per_epoch=20, foreground=0.33)


def equal(one, other):
    assert one.name == other.name
    np.testing.assert_array_equal(one.images, other.images)
    np.testing.assert_array_equal(one.label, other.label)


@pytest.mark.parametrize("params", [FOREGROUND, UniformParams(patches_per_exam=4)])
def test_patch_depends_on_epoch_and_index_alone(params):
    one, other = sampler(params), sampler(params)
    for index in (3, 0, 2):
        equal(one.draw(1, index), other.draw(1, index))
    assert not np.array_equal(one.draw(1, 0).images, one.draw(2, 0).images)
    assert not np.array_equal(one.draw(1, 0).images, one.draw(1, 1).images)
    for stream in (Stream(6, 1, 2), Stream(5, 0, 2), Stream(5, 1, 1)):
        changed = sampler(params, stream=stream)
        assert not np.array_equal(one.draw(1, 0).images, changed.draw(1, 0).images)


@pytest.mark.parametrize("params", [FOREGROUND, UniformParams(patches_per_exam=4)])
def test_two_processes_see_together_what_one_sees_with_the_double_batch(params):
    whole = sampler(params, batch=4)
    parts = [sampler(params, batch=2, rank=rank, world=2) for rank in range(2)]
    for step in range(3):
        together = [part.draw(0, 2 * step + own) for part in parts for own in range(2)]
        for place, patch in enumerate(together):
            equal(patch, whole.draw(0, 4 * step + place))


def test_uniform_takes_every_exam_equally_often_in_another_order_each_epoch():
    drawn = sampler(UniformParams(patches_per_exam=4), batch=2)
    assert drawn.patches_per_epoch == 12
    epochs = [[drawn.draw(epoch, n).name for n in range(12)] for epoch in (0, 1)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted("abc" * 4)
    assert epochs[0] != epochs[1]


def test_foreground_share_of_each_batch_holds_tumor():
    drawn = sampler(FOREGROUND, batch=3, patch=(8, 8, 8), steps=())
    assert drawn.patches_per_epoch == 60
    tumor = np.array([drawn.draw(0, n).label.any() for n in range(60)]).reshape(20, 3)
    assert tumor[:, 2].all()  # jitter of a quarter keeps the chosen voxel inside
    assert tumor[:, :2].mean() < 0.6
    single = sampler(FOREGROUND, batch=1, patch=(8, 8, 8), steps=())
    assert all(single.draw(0, n).label.any() for n in range(10))  # at least one a batch


def test_exam_without_tumor_is_sampled_like_any_place():
    empty = case()._replace(
        label=np.zeros((20, 24, 18), np.uint8), foreground=np.zeros((0, 3), "i4")
    )
    drawn = Sampler([empty], FOREGROUND, (8, 8, 8), 2, (), Stream(1))
    assert not drawn.draw(0, 1).label.any()
    assert len(fixed_patches(empty, (8, 8, 8), Stream(1))) == 1


def test_volume_smaller_than_the_patch_lies_in_its_middle_with_the_least_value_around():
    small = case(shape=(9, 24, 18))
    sample = cut(small, np.array([4.0, 12, 9]), None, (16, 16, 16))
    assert sample.images.shape == (3, 16, 16, 16)
    np.testing.assert_array_equal(sample.images[:, 3:12], small.images[:, :, 4:20, 2:18])
    assert (sample.images[:, :3] == np.float32(small.floor)).all()
    assert (sample.images[:, 12:] == np.float32(small.floor)).all()
    assert not sample.label[:3].any()


@settings(max_examples=60, deadline=None)
@given(
    center=st.tuples(*[st.floats(-10, 40)] * 3),
    patch=st.tuples(*[st.sampled_from([1, 5, 8, 16, 20])] * 3),
)
def test_patch_of_a_large_exam_lies_inside_it(center, patch):
    large = case(shape=(20, 24, 22))
    images = cut(large, np.asarray(center), None, patch).images
    windows = np.lib.stride_tricks.sliding_window_view(large.images[0], patch)
    found = (windows == images[0]).all(axis=(3, 4, 5))
    assert found.any()


def test_turning_keeps_images_and_label_together():
    """The first phase is the label itself: after the turn it still is, but for interpolation."""
    plain = case(shape=(40, 40, 40))
    at = np.indices((40, 40, 40)) - 19.5
    label = (at[0] ** 2 / 100 + at[1] ** 2 / 49 + at[2] ** 2 / 64 < 1).astype(np.uint8)
    images = np.repeat(label[None].astype(np.float16), 3, axis=0)
    ball = plain._replace(images=images, label=label, floor=0.0)
    params = TurnParams(rotate_probability=1, scale_probability=1)
    for seed in range(5):
        turn = turn_of(params, np.random.default_rng(seed))
        sample = cut(ball, np.array([19.5] * 3), turn, (32, 32, 32))
        found = sample.images[0] >= 0.5
        assert 2 * (found & (sample.label > 0)).sum() / (found.sum() + sample.label.sum()) > 0.95


def test_scale_changes_volumes_by_its_cube_and_rotation_does_not():
    at = np.indices((48, 48, 48)) - 23.5
    label = ((at**2).sum(axis=0) < 100).astype(np.uint8)
    images = np.repeat(label[None].astype(np.float16), 3, axis=0)
    ball = case()._replace(images=images, label=label, floor=0.0)
    for params, factor in (
        (TurnParams(rotate_probability=0, scale_probability=1, scale=(1.3, 1.3)), 1.3**3),
        (TurnParams(rotate_probability=1, scale_probability=0), 1.0),
    ):
        turn = turn_of(params, np.random.default_rng(1))
        found = cut(ball, np.array([23.5] * 3), turn, (40, 40, 40)).label.sum()
        assert found == pytest.approx(factor * label.sum(), rel=0.03)
    assert turn_of(None, np.random.default_rng(1)) is None
    never = TurnParams(rotate_probability=0, scale_probability=0)
    assert turn_of(never, np.random.default_rng(1)) is None


def test_patches_for_validation_are_fixed_and_see_the_tumor():
    one, other = (fixed_patches(case(), (8, 8, 8), Stream(3)) for _ in range(2))
    assert len(one) == 2
    assert one[0].label.any()
    for a, b in zip(one, other, strict=True):
        equal(a, b)


def test_linear_interpolation_is_scipys():
    rng = np.random.default_rng(2)
    images = rng.standard_normal((3, 12, 15, 11)).astype(np.float32)
    turn = turn_of(TurnParams(rotate_probability=1, scale_probability=1), rng)
    assert turn is not None
    offset = np.array([-2.5, 1.0, 3.25])  # reaches over several borders
    found = sampled(images, turn, offset, (14, 10, 9))
    for phase, own in zip(images, found, strict=True):
        wanted = affine_transform(phase, turn, offset, (14, 10, 9), order=1, mode="nearest")
        np.testing.assert_allclose(own, wanted, atol=2e-5)


@pytest.mark.parametrize("turn", [np.eye(3), None])
def test_unit_turn_is_the_plain_cut(turn):
    plain = cut(case(), np.array([9.0, 11, 8]), None, (10, 12, 8))
    again = cut(case(), np.array([9.0, 11, 8]), turn, (10, 12, 8))
    np.testing.assert_array_equal(again.images, plain.images)
    np.testing.assert_array_equal(again.label, plain.label)


def test_turned_patch_shows_what_lies_beyond_its_own_box():
    """Corners of a turned patch come from the exam around it, not from an invented border."""
    large = case(shape=(40, 40, 40))._replace(floor=-99.0)
    params = TurnParams(rotate_probability=1, scale_probability=0)
    turn = turn_of(params, np.random.default_rng(4))
    sample = cut(large, np.array([19.5] * 3), turn, (16, 16, 16))
    assert sample.images.min() > -10
