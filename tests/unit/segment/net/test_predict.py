"""Windows, ensembles and mirrors over an exam."""

import math

import numpy as np
import pytest
import torch
from monai.inferers.utils import sliding_window_inference

from breastdce.segment.net.build import build_network, divisor
from breastdce.segment.net.fast import FastResUNet
from breastdce.segment.net.predict import (
    Form,
    LayerByLayer,
    case_uncertainty,
    predict_exam,
)
from breastdce.segment.net.resunet import ResUNet
from breastdce.segment.preset import ResEncParams, ResUNetParams
from breastdce.segment.windows import WindowPlan

CPU = torch.device("cpu")


class Pointwise:
    """Says the second phase's value, voxel by voxel: windows can make no difference."""

    divisor = (4, 4, 4)

    def __init__(self, factor=1.0):
        self.factor, self.shapes = factor, []

    def __call__(self, images):
        self.shapes.append(images.shape)
        return self.factor * images[1]


class Watcher(Pointwise):
    """Keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __call__(self, images):
        self.seen.append(images)
        return super().__call__(images)


def exam(shape, seed=0):
    return np.random.default_rng(seed).uniform(0, 1, (3, *shape)).astype(np.float32)


@pytest.mark.parametrize("shape", [(20, 23, 9), (5, 40, 17), (16, 16, 16), (1, 1, 1)])
@pytest.mark.parametrize("gaussian", [False, True])
@pytest.mark.parametrize("mirror", [False, True])
def test_windows_leave_no_trace(shape, gaussian, mirror):
    plan = WindowPlan(window=(16, 12, 8), overlap=0.4, gaussian=gaussian, mirror=mirror)
    images, form = exam(shape), Pointwise()
    found = predict_exam(images, [form], plan, floor=0.0)
    assert found.probability.dtype == np.float32
    np.testing.assert_allclose(found.probability, images[1], atol=1e-6)
    assert found.spread is None
    assert len(form.shapes) == found.windows * (2 if mirror else 1)
    for window in form.shapes:
        assert all(length % 4 == 0 for length in window[1:])


def test_region_is_all_that_is_looked_at():
    images, form = exam((30, 30, 30)), Pointwise()
    region = (slice(3, 20), slice(0, 30), slice(10, 18))
    plan = WindowPlan(window=(64, 64, 64))
    found = predict_exam(images, [form], plan, floor=0.0, regions=[region]).probability
    np.testing.assert_allclose(found[region], images[1][region], atol=1e-6)
    outside = np.ones(found.shape, bool)
    outside[region] = False
    assert not found[outside].any()
    assert form.shapes == [(3, 20, 32, 8)]


def test_a_small_box_is_seen_with_what_is_around_it():
    images, watcher = exam((20, 20, 20)), Watcher()
    box = (slice(0, 5), slice(16, 18), slice(6, 12))
    plan = WindowPlan(window=(8, 8, 8))
    found = predict_exam(images, [watcher], plan, floor=-3.0, regions=[box])
    np.testing.assert_array_equal(watcher.seen[0], images[:, 0:8, 15:19, 5:13])
    np.testing.assert_allclose(found.probability[box], images[1][box], atol=1e-6)
    assert np.count_nonzero(found.probability) == 5 * 2 * 6


def test_boxes_may_overlap_and_nothing_is_seen_without_a_voxel_of_the_mask():
    images, form = exam((40, 16, 16)), Pointwise()
    boxes = [np.s_[0:24, 0:16, 0:16], np.s_[16:40, 0:16, 0:16]]
    plan = WindowPlan(window=(8, 16, 16), overlap=0.0)
    found = predict_exam(images, [form], plan, floor=0.0, regions=boxes)
    np.testing.assert_allclose(found.probability, images[1], atol=1e-6)
    assert found.windows == 6
    within = np.zeros((40, 16, 16), bool)
    within[17, 3, 3] = within[33, 8, 8] = True
    some = predict_exam(images, [form], plan, floor=0.0, regions=boxes, within=within)
    assert some.windows == 3  # one, of both boxes, and another
    np.testing.assert_allclose(some.probability[16:24], images[1][16:24], atol=1e-6)
    np.testing.assert_allclose(some.probability[32:], images[1][32:], atol=1e-6)
    assert not some.probability[:16].any()
    assert not some.probability[24:32].any()


def test_outside_has_the_floor():
    watcher = Watcher()
    predict_exam(exam((5, 8, 8)), [watcher], WindowPlan(window=(8, 8, 8)), floor=-3.0)
    assert (watcher.seen[0][:, 0] == -3).all()
    assert (watcher.seen[0][:, 6:] == -3).all()


def test_ensemble_is_the_mean_and_its_spread_the_sd():
    images = exam((9, 9, 9))
    forms = [Pointwise(factor) for factor in (0.2, 0.6, 1.0)]
    found = predict_exam(images, forms, WindowPlan(window=(12, 12, 12)), floor=0.0)
    np.testing.assert_allclose(found.probability, 0.6 * images[1], atol=1e-6)
    sd = np.std([0.2, 0.6, 1.0])
    assert found.spread is not None
    np.testing.assert_allclose(found.spread, sd * images[1], atol=1e-3)
    volumes = [int((form.factor * images[1] >= 0.5).sum()) for form in forms]
    assert found.volumes == tuple(volumes)
    expected = np.std(volumes) / np.mean(volumes)
    assert case_uncertainty(found).volume_cv == pytest.approx(expected)
    sizes = dict(enumerate(volumes))  # each mask lies within the next larger one
    dice = [2 * sizes[a] / (sizes[a] + sizes[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert found.agreement == pytest.approx(np.mean(dice))


def test_entropy_is_one_bit_at_a_half_and_nothing_at_certainty():
    images = np.zeros((3, 4, 4, 4), np.float32)
    images[1, 0], images[1, 1] = 0.5, 1.0
    found = predict_exam(images, [Pointwise()], WindowPlan(window=(4, 4, 4)), floor=0.0)
    entropy = found.entropy()
    np.testing.assert_allclose(entropy[0], 1.0, atol=1e-6)
    np.testing.assert_allclose(entropy[1:], 0.0, atol=1e-4)
    assert case_uncertainty(found).entropy == pytest.approx(0.5, abs=1e-4)
    assert math.isnan(case_uncertainty(found).volume_cv)
    nothing = predict_exam(0 * images, [Pointwise()], WindowPlan(window=(4, 4, 4)), floor=0.0)
    assert math.isnan(case_uncertainty(nothing).entropy)


def test_windows_of_a_network_are_those_of_monai():
    """The same positions and weights, for a network that looks around itself."""
    torch.manual_seed(1)
    network = build_network(ResUNetParams(base=2)).eval()
    images = exam((48, 40, 32), 3)
    plan = WindowPlan(window=(32, 32, 32), overlap=0.25, gaussian=False)
    form = LayerByLayer(network, (16, 16, 16), CPU)
    found = predict_exam(images, [form], plan, floor=0.0)
    with torch.no_grad():
        other = sliding_window_inference(
            torch.from_numpy(images)[None],
            (32, 32, 32),
            1,
            lambda window: torch.softmax(network(window), dim=1)[:, 1:],
            overlap=0.25,
        )
    assert isinstance(other, torch.Tensor)
    assert found.windows == 4  # two along i, two along j: both programs end at the border
    np.testing.assert_allclose(found.probability, other[0, 0].numpy(), atol=1e-5)


@pytest.mark.parametrize(
    "params", [ResUNetParams(base=2), ResEncParams(features=(4, 8, 8), blocks=(1, 1, 1))]
)
def test_any_shape_goes_through_any_network(params):
    form = LayerByLayer(build_network(params), divisor(params), CPU)
    plan = WindowPlan(window=(32, 32, 32), mirror=True)
    found = predict_exam(exam((33, 7, 20)), [form], plan, floor=0.0).probability
    assert found.shape == (33, 7, 20)
    assert ((found > 0) & (found < 1)).all()


def test_fast_form_says_the_same():
    torch.manual_seed(2)
    params = ResUNetParams(base=4)
    network = ResUNet(params)
    plan = WindowPlan(window=(32, 32, 32))
    forms: list[Form] = [LayerByLayer(network, divisor(params), CPU), FastResUNet(network, 2)]
    one, other = (
        predict_exam(exam((40, 20, 33)), [form], plan, floor=0.0).probability for form in forms
    )
    np.testing.assert_allclose(one, other, atol=1e-3)


def test_progress_is_told():
    told = []
    plan = WindowPlan(window=(8, 8, 8), overlap=0.0)
    predict_exam(
        exam((16, 8, 8)), [Pointwise()], plan, floor=0.0, on_window=lambda *n: told.append(n)
    )
    assert told == [(1, 2), (2, 2)]
