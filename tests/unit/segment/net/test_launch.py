"""What of a training is left to chance."""

import pytest

from breastdce.segment.net.launch import is_exact
from breastdce.segment.preset import ResEncParams, ResUNetParams


@pytest.mark.parametrize(
    ("network", "gpu", "exact"),
    [
        (ResUNetParams(), False, True),
        (ResUNetParams(), True, False),
        (ResEncParams(), True, True),
    ],
)
def test_only_trilinear_enlarging_on_a_gpu_is_not_exact(network, gpu, exact):
    assert is_exact(network, gpu=gpu) is exact
