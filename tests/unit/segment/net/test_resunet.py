"""The paper's network: its constants, and that its parts are what they claim."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from breastdce.segment.net.build import build_network, divisor, parameter_count
from breastdce.segment.net.resunet import ResUNet, Up
from breastdce.segment.preset import ResEncParams, ResUNetParams, shipped_preset

# Counted on the modules of GaNDLF 0.0.14 with base 30, three inputs, two outputs.
BLOCKS = {
    "stem": 51_240,
    "down.0": 48_780,
    "encode.0": 194_760,
    "down.1": 194_760,
    "encode.1": 778_320,
    "down.2": 778_320,
    "encode.2": 3_111_840,
    "down.3": 3_111_840,
    "encode.3": 12_444_480,
    "up.0": 115_440,
    "decode.0": 6_223_440,
    "up.1": 28_920,
    "decode.1": 1_556_520,
    "up.2": 7_260,
    "decode.2": 389_460,
    "up.3": 1_830,
    "decode.3": 292_140,
}
TOTAL = 29_332_712
HEAD = 3_362  # norm and convolution


def on_meta(params, inputs=3):
    with torch.device("meta"):
        return build_network(params, inputs)


@pytest.mark.parametrize("norm", ["instance", "batch"])
def test_parameters_of_each_block_are_the_originals(norm):
    network = on_meta(ResUNetParams(norm=norm))
    found = {name: parameter_count(network.get_submodule(name)) for name in BLOCKS}
    assert found == BLOCKS
    assert parameter_count(network) == TOTAL == sum(BLOCKS.values()) + HEAD


def test_parameters_of_the_other_presets():
    assert parameter_count(on_meta(shipped_preset("tiny").network)) == 2_089_738
    assert parameter_count(on_meta(shipped_preset("best").network)) == 102_351_498


def test_logits_have_the_shape_of_the_input():
    network = ResUNet(ResUNetParams(base=2)).eval()
    assert network(torch.zeros(2, 3, 16, 32, 48)).shape == (2, 2, 16, 32, 48)


def test_a_coarse_network_sees_means_of_cubes():
    """Coarse data in, each voxel of it a cube of equal ones: the fine network's own logits."""
    torch.manual_seed(3)
    fine = ResUNet(ResUNetParams(base=2, dropout=0))
    coarse = ResUNet(ResUNetParams(base=2, dropout=0, coarse=2))
    coarse.load_state_dict(fine.state_dict())
    x = torch.randn(1, 3, 32, 32, 32)
    cubes = x.repeat_interleave(2, 2).repeat_interleave(2, 3).repeat_interleave(2, 4)
    found, wanted = coarse(cubes), fine(x)
    assert found.shape == (1, 2, 64, 64, 64)
    torch.testing.assert_close(
        functional.avg_pool3d(found, 2)[..., 1:-1, 1:-1, 1:-1],
        _smoothed(wanted),
        atol=1e-5,
        rtol=1e-5,
    )
    assert divisor(ResUNetParams(coarse=2)) == (32, 32, 32)
    assert parameter_count(coarse) == parameter_count(fine)


def _smoothed(x):
    """Trilinear to half the spacing from center to center, then means of two: 1/8, 6/8, 1/8."""
    kernel = torch.tensor([0.125, 0.75, 0.125])
    weights = torch.einsum("i,j,k->ijk", kernel, kernel, kernel).expand(2, 1, 3, 3, 3)
    return functional.conv3d(x, weights, groups=2)


def test_resenc_gives_outputs_from_fine_to_coarse():
    params = ResEncParams(features=(4, 8, 8), blocks=(1, 1, 1))
    outputs = build_network(params)(torch.zeros(1, 3, 16, 16, 16))
    assert [tuple(output.shape[2:]) for output in outputs] == [(16,) * 3, (8,) * 3]
    assert divisor(params) == (4, 4, 4)


def test_convolving_before_enlarging_is_the_same_function():
    torch.manual_seed(1)
    up, x = Up(6, 4), torch.randn(1, 6, 5, 6, 7)
    enlarged = functional.interpolate(x, scale_factor=2, mode="trilinear", align_corners=True)
    torch.testing.assert_close(up(x), up.conv(enlarged), atol=1e-5, rtol=1e-5)


def test_batch_and_instance_norm_agree_on_a_batch_of_one():
    torch.manual_seed(2)
    nets = [ResUNet(ResUNetParams(base=2, norm=norm, dropout=0)) for norm in ("instance", "batch")]
    nets[1].load_state_dict(nets[0].state_dict(), strict=False)
    # 16 would leave one voxel to the deepest norm, which then has no statistics.
    x = torch.randn(1, 3, 32, 32, 32)
    torch.testing.assert_close(nets[0](x), nets[1](x), atol=1e-5, rtol=1e-5)


def test_dropout_acts_in_training_only():
    torch.manual_seed(3)
    network, x = ResUNet(ResUNetParams(base=2)), torch.randn(1, 3, 32, 32, 32)
    assert not torch.equal(network.train()(x), network(x))
    assert torch.equal(network.eval()(x), network(x))
    drops = [module.p for module in network.modules() if isinstance(module, nn.Dropout3d)]
    assert sorted(drops) == [0.0] * 4 + [0.5] * 5  # none in the decoder
