"""The fast form of the paper's network is the network."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from breastdce.segment.net.convolution import (
    Activation,
    Convolution,
    ConvolutionOfVoxels,
    ConvolutionToOne,
    Pool,
    activate,
    doubled,
    moments,
)
from breastdce.segment.net.fast import FastResUNet
from breastdce.segment.net.resunet import ResUNet
from breastdce.segment.preset import ResUNetParams

# Rounding in float32: Winograd's is near 5e-6 of the spread of the outputs, its tail 2e-4.
ATOL = 1e-3


@pytest.fixture
def pool():
    pool = Pool(2)
    yield pool
    pool.close()


def as_tensor(x):
    return torch.from_numpy(x).permute(3, 0, 1, 2)[None]


def volume(shape, channels, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((*shape, channels)).astype(np.float32)


def activation_of(channels, seed):
    rng = np.random.default_rng(seed)
    scale, shift = rng.uniform(0.5, 1.5, channels), rng.standard_normal(channels)
    return Activation(scale.astype(np.float32), shift.astype(np.float32))


def plain(module, x, activation):
    scale, shift = (torch.from_numpy(v)[:, None, None, None] for v in activation[:2])
    y = functional.leaky_relu(as_tensor(x) * scale + shift, float(activation.slope))
    return module(y)[0].permute(1, 2, 3, 0).detach().numpy()


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(*[st.integers(1, 11)] * 3),
    channels=st.sampled_from([(1, 3), (3, 30), (30, 30), (33, 2), (60, 64), (64, 1)]),
    seed=st.integers(0, 99),
)
def test_convolution_is_the_layers_whatever_shape_and_width(shape, channels, seed):
    torch.manual_seed(seed)
    module = torch.nn.Conv3d(channels[0], channels[1], 3, padding=1)
    x, activation = volume(shape, channels[0], seed), activation_of(channels[0], seed)
    pool = Pool(2)
    y = Convolution(module)(x, activation=activation, pool=pool)
    pool.close()
    np.testing.assert_allclose(y, plain(module, x, activation), atol=ATOL)


def test_concatenation_is_read_without_being_made(pool):
    module = torch.nn.Conv3d(50, 20, 3, padding=1)
    x, activation = volume((9, 6, 7), 50, 1), activation_of(50, 1)
    first, second = (np.ascontiguousarray(part) for part in (x[..., :18], x[..., 18:]))
    convolution = Convolution(module)
    together = convolution(x, activation=activation, pool=pool)
    apart = convolution(first, second, activation=activation, pool=pool)
    np.testing.assert_array_equal(together, apart)


def test_residual_is_added_in_place(pool):
    module = torch.nn.Conv3d(6, 6, 3, padding=1)
    x, rest = volume((9, 5, 6), 6, 1), volume((9, 5, 6), 6, 2)
    activation = activation_of(6, 3)
    wanted = plain(module, x, activation) + rest
    y = Convolution(module)(x, activation=activation, pool=pool, residual=rest, out=rest)
    assert y is rest
    np.testing.assert_allclose(y, wanted, atol=ATOL)


def test_wide_layers_go_another_way_to_the_same_end(pool):
    module = torch.nn.Conv3d(250, 241, 3, padding=1)
    x, rest = volume((3, 4, 5), 250, 1), volume((3, 4, 5), 241, 2)
    activation = activation_of(250, 3)
    first, second = (np.ascontiguousarray(part) for part in (x[..., :100], x[..., 100:]))
    convolution = Convolution(module)
    assert not convolution._transforms
    y = convolution(first, second, activation=activation, pool=pool, residual=rest)
    np.testing.assert_allclose(y, plain(module, x, activation) + rest, atol=ATOL)


@pytest.mark.parametrize("channels", [(5, 4), (61, 3), (200, 2)], ids=str)
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 5, 4), (7, 8, 13)], ids=str)
def test_halving_is_the_layers(pool, channels, shape):
    module = torch.nn.Conv3d(channels[0], channels[1], 3, stride=2, padding=1)
    x, activation = volume(shape, channels[0], 1), activation_of(channels[0], 1)
    y = Convolution(module)(x, activation=activation, pool=pool)
    np.testing.assert_allclose(y, plain(module, x, activation), atol=1e-5)


def test_single_voxels_are_the_layers(pool):
    module = torch.nn.Conv3d(6, 4, 1)
    x = volume((9, 5, 4), 6, 1)
    as_it_is = Activation(np.ones(6, np.float32), np.zeros(6, np.float32), np.float32(1))
    y = ConvolutionOfVoxels(module)(x, pool)
    np.testing.assert_allclose(y, plain(module, x, as_it_is), atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(shape=st.tuples(st.integers(1, 35), st.integers(1, 6), st.integers(1, 6)))
def test_one_channel_is_the_layers(shape):
    torch.manual_seed(1)
    module = torch.nn.Conv3d(7, 1, 3, padding=1)
    x, activation = volume(shape, 7, 1), activation_of(7, 1)
    pool = Pool(3)
    weight, bias = (value.detach()[0] for value in module.parameters())
    head = ConvolutionToOne(weight, float(bias))
    y = head(x, activation, pool)
    pool.close()
    np.testing.assert_allclose(y, plain(module, x, activation)[..., 0], atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(shape=st.tuples(*[st.integers(1, 9)] * 3))
def test_doubling_is_torchs(shape):
    x = volume(shape, 5, 2)
    pool = Pool(3)
    y = doubled(x, pool)
    pool.close()
    wanted = functional.interpolate(
        as_tensor(x), scale_factor=2, mode="trilinear", align_corners=True
    )
    # torch computes positions in float32: 1e-6 of the length
    np.testing.assert_allclose(y, wanted[0].permute(1, 2, 3, 0).numpy(), atol=2e-5)


def test_threads_change_no_bit():
    module = torch.nn.Conv3d(30, 30, 3, padding=1)
    x, activation = volume((40, 21, 18), 30, 5), activation_of(30, 5)
    results = []
    for threads in (1, 3):
        pool = Pool(threads)
        y = Convolution(module)(x, activation=activation, pool=pool)
        results.append((y, *moments(y, pool)))
        pool.close()
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)


def test_moments_are_those_of_float64(pool):
    spread, center = np.array([[1, 10, 0.01], [5, 100, 0]], np.float32)
    x = volume((13, 7, 50), 3, 4) * spread + center
    mean, variance = moments(x, pool)
    np.testing.assert_allclose(mean, x.mean(axis=(0, 1, 2), dtype=np.float64), rtol=1e-5)
    np.testing.assert_allclose(variance, x.astype(np.float64).var(axis=(0, 1, 2)), rtol=2e-4)


def test_activation_in_place_and_beside(pool):
    x, activation = volume((5, 6, 7), 4, 6), activation_of(4, 6)
    beside = activate(x, activation, pool)
    z = x * activation.scale + activation.shift
    np.testing.assert_allclose(beside, np.where(z > 0, z, 0.01 * z), atol=1e-6)
    assert activate(x, activation, pool, out=x) is x
    np.testing.assert_array_equal(x, beside)


def probability(network, x):
    with torch.no_grad():
        return torch.softmax(network(torch.from_numpy(x)[None]), dim=1)[0, 1].numpy()


@pytest.mark.parametrize(
    "params",
    [
        ResUNetParams(base=4),
        ResUNetParams(base=3, norm="batch"),
        ResUNetParams(base=3, running_stats=True),
        ResUNetParams(base=4, coarse=2),
    ],
    ids=str,
)
def test_probabilities_are_the_networks(params):
    torch.manual_seed(7)
    network = ResUNet(params)
    shape = (3, 64, 96, 32) if params.coarse > 1 else (3, 32, 48, 16)
    x = np.random.default_rng(7).standard_normal(shape).astype(np.float32)
    network.train()
    for _ in range(2):  # running statistics that are not those of the input
        network(torch.from_numpy(x)[None] * 1.3)
    network.eval()
    fast = FastResUNet(network, threads=2)
    before = x.copy()
    np.testing.assert_allclose(fast(x), probability(network, x), atol=1e-3)
    np.testing.assert_array_equal(x, before)  # nor is the input touched


def test_threads_change_no_bit_of_the_network():
    torch.manual_seed(9)
    network = ResUNet(ResUNetParams(base=8)).eval()
    x = np.random.default_rng(9).standard_normal((3, 48, 32, 48)).astype(np.float32)
    one, three = (FastResUNet(network, threads)(x) for threads in (1, 3))
    np.testing.assert_array_equal(one, three)


def test_a_network_that_is_sure_says_so():
    network = ResUNet(ResUNetParams(base=2))
    with torch.no_grad():
        network.head.weight.zero_()
        dict(network.head.named_parameters())["bias"].copy_(torch.tensor([500.0, -500.0]))
    x = np.zeros((3, 16, 16, 16), np.float32)
    assert not FastResUNet(network)(x).any()


@pytest.mark.slow
def test_the_whole_papers_network():
    torch.manual_seed(8)
    network = ResUNet(ResUNetParams()).eval()
    x = np.random.default_rng(8).standard_normal((3, 32, 32, 48)).astype(np.float32)
    np.testing.assert_allclose(FastResUNet(network, 2)(x), probability(network, x), atol=1e-3)
