"""Boxes and windows of the two ways through an exam."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.segment.inference_memory import Memory, memory_of
from breastdce.segment.preset import ResEncParams, ResUNetParams
from breastdce.segment.profile import breast_boxes, fast_walk, fitting_window, full_walk
from breastdce.segment.windows import WindowPlan

PLAN = WindowPlan(window=(128, 128, 128), overlap=0.5, mirror=True)
STEP = (16, 16, 16)
AMPLE = Memory(fixed=0, per_voxel=1, most=10**12)


def breasts(*boxes, shape=(200, 120, 90)):
    mask = np.zeros(shape, bool)
    for box in boxes:
        mask[box] = True
    return mask


LEFT = np.s_[10:80, 20:100, 10:80]
RIGHT = np.s_[120:190, 30:90, 20:70]
BRIDGE = np.s_[80:120, 40:50, 30:50]


def test_breasts_are_taken_one_at_a_time():
    assert breast_boxes(breasts(LEFT, RIGHT)) == (LEFT, RIGHT)


def test_a_bridge_of_skin_joins_nothing():
    left, right = breast_boxes(breasts(LEFT, RIGHT, BRIDGE))
    assert left == LEFT
    assert (right[0].start, right[0].stop) == (80, 190)
    assert right[1:] == RIGHT[1:]


@pytest.mark.parametrize("mask", [breasts(LEFT), breasts(np.s_[10:190, 20:90, 10:80])])
def test_one_breast_stays_whole(mask):
    assert len(breast_boxes(mask)) == 1


@pytest.mark.parametrize("width", [1, 2, 3])
def test_narrow_masks_stay_whole(width):
    assert len(breast_boxes(breasts(np.s_[5 : 5 + width, 2:4, 2:4]))) == 1


@given(st.data())
def test_boxes_hold_all_of_the_mask(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    mask = rng.random((18, 4, 5)) < data.draw(st.sampled_from([0.02, 0.1, 0.5]))
    mask[3, 2, 2] = True
    left = mask.copy()
    for box in breast_boxes(mask):
        left[box] = False
    assert not left.any()


def test_full_is_the_model_around_the_breasts():
    walk = full_walk(PLAN, breasts(LEFT, RIGHT))
    assert walk.plan is PLAN
    assert walk.within is None
    assert walk.regions == (np.s_[2:198, 12:108, 2:88],)
    assert full_walk(PLAN, None).regions == full_walk(PLAN, breasts()).regions == ()


def test_fast_is_one_pass_for_each_breast():
    mask = breasts(LEFT, RIGHT)
    walk = fast_walk(PLAN, mask.shape, mask, STEP, AMPLE)
    assert walk.regions == (np.s_[2:88, 12:108, 2:88], np.s_[112:198, 22:98, 12:78])
    assert walk.plan.window == (96, 96, 96)  # of the larger one: 86 x 96 x 86
    assert not walk.plan.mirror
    assert walk.within is mask


def test_fast_without_breasts_takes_everything():
    for mask in (None, breasts()):
        walk = fast_walk(PLAN, (200, 200, 132), mask, STEP, AMPLE)
        assert walk.regions == (np.s_[0:200, 0:200, 0:132],)
        assert walk.plan.window == (208, 208, 144)
        assert walk.within is None


def test_window_that_fits_computes_least():
    """Of all windows within the memory, none has less work; one pass where it fits."""
    assert fitting_window((200, 200, 132), 208 * 208 * 144, STEP) == (208, 208, 144)
    most = 128**3
    found = fitting_window((200, 200, 132), most, STEP)
    assert np.prod(found) <= most

    def work(window):
        counts = [
            1 if width >= length else -(-(length - width) // (0.75 * width)) + 1
            for width, length in zip(window, (208, 208, 144), strict=True)
        ]
        return np.prod(counts) * np.prod(window)

    lengths = [range(96, n + 1, 16) for n in (208, 208, 144)]
    least = min(work(w) for w in itertools.product(*lengths) if np.prod(w) <= most)
    assert work(found) == least


def test_windows_are_never_too_small_to_norm():
    assert min(fitting_window((200, 200, 132), 96**3, STEP)) == 96
    assert 48 <= min(fitting_window((200, 200, 132), 96**3 - 1, STEP)) < 96
    assert fitting_window((200, 30, 132), 1, STEP) == (48, 32, 48)


def test_memory_is_what_was_measured():
    """Peaks of processes; the last of `segment predict` itself."""
    network = memory_of(
        ResUNetParams(), 29_332_712, phases=3, threads=2, most=4 * 10**9, by_layers=False
    )
    for window, measured in (((144, 112, 112), 1502e6), ((208, 208, 144), 3716e6)):
        assert measured < network.peak(window, window) < 1.15 * measured
    assert 3193e6 < network.peak((120, 180, 180), (128, 192, 192)) < 1.05 * 3193e6
    assert network.window_voxels((200, 200, 132)) > 208 * 208 * 144  # one pass
    best = memory_of(
        ResEncParams(), 102_351_498, phases=3, threads=2, most=4 * 10**9, by_layers=True
    )
    assert 1646e6 < best.peak((96, 96, 96), (96, 96, 96)) < 1.25 * 1646e6


def test_a_coarse_network_takes_an_eighth_and_its_window():
    fine, coarse = (
        memory_of(
            ResUNetParams(coarse=n), 10**6, phases=3, threads=1, most=10**9, by_layers=layers
        ).per_voxel
        for n, layers in ((1, True), (2, True))
    )
    assert coarse == np.ceil(fine / 8) + 4 * 7


def test_memory_for_nothing_is_nothing():
    assert Memory(fixed=100, per_voxel=10, most=50).window_voxels((9, 9, 9)) == 0
