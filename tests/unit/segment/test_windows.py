"""Where windows lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.segment.windows import gaussian_weights, rounded_up, starts, windows


@pytest.mark.parametrize(
    ("length", "window", "overlap", "found"),
    [
        (200, 128, 0.5, (0, 36, 72)),
        (132, 128, 0.5, (0, 4)),
        (200, 128, 0.25, (0, 72)),
        (100, 128, 0.5, (0,)),
        (128, 128, 0.0, (0,)),
        (96, 48, 0.5, (0, 24, 48)),
    ],
)
def test_starts_are_nnunets(length, window, overlap, found):
    assert starts(length, window, overlap) == found


@settings(deadline=None, max_examples=50)
@given(
    shape=st.tuples(*[st.integers(1, 40)] * 3),
    window=st.tuples(*[st.integers(4, 24)] * 3),
    overlap=st.floats(0, 0.75),
)
def test_windows_cover_everything_and_share_what_they_should(shape, window, overlap):
    seen = np.zeros(shape, int)
    for place in windows(shape, window, overlap):
        part = seen[place]
        assert part.shape == tuple(min(n, w) for n, w in zip(shape, window, strict=True))
        part += 1
    assert seen.min() >= 1
    for length, width in zip(shape, window, strict=True):
        steps = np.diff(starts(length, width, overlap))
        assert (steps <= np.ceil(width * (1 - overlap))).all()


def test_weights_are_a_gaussian_of_an_eighth_and_never_nothing():
    weights = gaussian_weights((33, 17, 9))
    assert weights[16, 8, 4] == 1
    assert weights.min() > 0
    assert weights[16 + 4, 8, 4] == pytest.approx(np.exp(-0.5 * (4 / (33 / 8)) ** 2))
    np.testing.assert_array_equal(weights, weights[::-1, ::-1, ::-1])


def test_rounding_up():
    assert rounded_up((200, 208, 1), (16, 16, 16)) == (208, 208, 16)
