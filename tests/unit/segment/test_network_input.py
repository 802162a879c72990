"""Images come to a network the way it learned them, and its answer comes back in place."""

from itertools import permutations, product

import numpy as np
import pytest

from breastdce.segment.network_input import Turned, normalized, patch_along_body
from tests.unit.segment.made_card import made_card

CODES = [
    "".join(letters) for axes in permutations(("RL", "AP", "SI")) for letters in product(*axes)
]


class Recorder:
    """Answers with the last phase it is shown, and keeps what it saw."""

    divisor = (1, 2, 4)

    def __call__(self, images):
        assert images.flags.c_contiguous
        self.seen = images
        return images[-1]


@pytest.fixture
def images():
    rng = np.random.default_rng(1)
    return (rng.standard_normal((3, 4, 5, 6)) * 3 + 1).astype(np.float32)


@pytest.mark.parametrize("code", CODES)
def test_there_and_back(code, images):
    np.testing.assert_array_equal(Turned(Recorder(), code)(images), images[-1])


def test_letters_say_where_an_index_runs_to(images):
    recorder = Recorder()
    Turned(recorder, "SPL")(images)
    seen = recorder.seen[0]
    # The first voxel along S, P, L is the lowest, the foremost and the rightmost.
    assert seen[0, 0, 0] == images[0, -1, -1, 0]
    assert seen[5, 0, 0] == images[0, -1, -1, 5]
    assert seen[0, 4, 0] == images[0, -1, 0, 0]
    assert seen[0, 0, 3] == images[0, 0, -1, 0]


def test_sizes_follow_the_body():
    card = made_card(orientation="SPL", patch=(8, 16, 32))
    assert patch_along_body(card) == (32, 16, 8)
    assert Turned(Recorder(), "SPL").divisor == (4, 2, 1)
    assert Turned(Recorder(), "ASR").divisor == (4, 1, 2)


def test_pooled_images_stay_as_they_are(images):
    np.testing.assert_array_equal(normalized(images, made_card()), images)


def test_a_z_score_of_each_phase(images):
    images[2] = 7.0
    found = normalized(images, made_card(normalization="per_channel"))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[:2].mean(axis=(1, 2, 3)), 0, atol=1e-6)  # float32
    np.testing.assert_allclose(found[:2].std(axis=(1, 2, 3)), 1, atol=1e-6)
    assert not found[2].any()


def test_normalizing_twice_is_normalizing_once(images):
    """nnU-Net normalizes each channel of images that were z-scored together before."""
    card = made_card(normalization="per_channel")
    pooled = ((images - images.mean()) / images.std()).astype(np.float32)
    np.testing.assert_allclose(normalized(pooled, card), normalized(images, card), atol=2e-6)
