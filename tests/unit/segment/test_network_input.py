"""Images come to a network the way it learned them, and its answer comes back in place."""

from itertools import permutations, product

import numpy as np
import pytest

from breastdce.segment.network_input import from_network, to_network
from tests.unit.segment.made_card import made_card

CODES = [
    "".join(letters) for axes in permutations(("RL", "AP", "SI")) for letters in product(*axes)
]


@pytest.fixture
def images():
    rng = np.random.default_rng(1)
    return (rng.standard_normal((3, 4, 5, 6)) * 3 + 1).astype(np.float32)


@pytest.mark.parametrize("code", CODES)
def test_there_and_back(code, images):
    card = made_card(orientation=code)
    turned = to_network(images, card)
    assert turned.flags.c_contiguous
    for phase, back in zip(images, turned, strict=True):
        np.testing.assert_array_equal(from_network(back, card), phase)


def test_letters_say_where_an_index_runs_to(images):
    turned = to_network(images, made_card(orientation="SPL"))
    # The first voxel along S, P, L is the lowest, the foremost and the rightmost.
    assert turned[0, 0, 0, 0] == images[0, -1, -1, 0]
    assert turned[0, 5, 0, 0] == images[0, -1, -1, 5]
    assert turned[0, 0, 4, 0] == images[0, -1, 0, 0]
    assert turned[0, 0, 0, 3] == images[0, 0, -1, 0]


def test_pooled_images_stay_as_they_are(images):
    np.testing.assert_array_equal(to_network(images, made_card()), images)


def test_a_z_score_of_each_phase(images):
    images[2] = 7.0
    turned = to_network(images, made_card(normalization="per_channel"))
    np.testing.assert_allclose(turned[:2].mean(axis=(1, 2, 3)), 0, atol=1e-6)  # float32
    np.testing.assert_allclose(turned[:2].std(axis=(1, 2, 3)), 1, atol=1e-6)
    assert not turned[2].any()
