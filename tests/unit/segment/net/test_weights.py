"""Weights by name: each once, and only those of the network."""

import numpy as np
import pytest
import torch

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.segment.net.build import build_network, empty_network, parameter_count
from breastdce.segment.net.weights import distinct_weights, fill_network, weights_of
from breastdce.segment.preset import PlainParams, ResEncParams, ResUNetParams

PLAIN = PlainParams(
    features=(4, 8),
    kernels=((3, 3, 3),) * 2,
    strides=((1, 1, 1), (2, 2, 2)),
    encoder_convs=(2, 2),
    decoder_convs=(2,),
)
RESENC = ResEncParams(features=(4, 8), blocks=(1, 2))
RUNNING = ResUNetParams(base=2, running_stats=True)


@pytest.mark.parametrize("params", [PLAIN, RESENC, RUNNING])
def test_there_and_back(params):
    source, target = build_network(params), build_network(params)
    weights = weights_of(source)
    assert sum(array.size for array in weights.values()) >= parameter_count(source)
    fill_network(target, weights)
    for one, other in zip(source.state_dict().values(), target.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_each_layer_is_kept_once():
    network = build_network(PLAIN)
    weights = weights_of(network)
    assert len(weights) < len(network.state_dict())
    assert sum(array.size for array in weights.values()) == parameter_count(network)
    assert not [name for name in weights if "all_modules" in name or "decoder.encoder" in name]


def test_all_names_of_a_layer_may_be_given():
    network = build_network(PLAIN)
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    assert distinct_weights(empty_network(PLAIN), arrays).keys() == weights_of(network).keys()


def change(arrays, kind):
    name = next(iter(arrays))
    alias = next(name for name in arrays if "all_modules" in name)
    if kind == "missing":
        del arrays[name]
    elif kind == "unknown":
        arrays["more"] = np.zeros(1, np.float32)
    elif kind == "shape":
        arrays[name] = arrays[name][..., :1]
    else:
        arrays[alias] = arrays[alias] + 1


@pytest.mark.parametrize(
    ("kind", "why"),
    [("missing", "missing"), ("unknown", "unknown"), ("shape", "shape"), ("twice", "one layer")],
)
def test_other_weights_are_refused(kind, why):
    network = build_network(PLAIN)
    arrays = {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}
    change(arrays, kind)
    with pytest.raises(InputError, match=why) as caught:
        fill_network(network, arrays)
    assert caught.value.code is ErrorCode.WEIGHTS_FOREIGN


def test_an_empty_network_takes_no_memory():
    assert {parameter.device.type for parameter in empty_network(ResUNetParams()).parameters()} == {
        "meta"
    }
    assert parameter_count(empty_network(ResUNetParams())) == 29_332_712
