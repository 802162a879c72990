"""The provenance of a correction names the program that made it, not those that might have."""

from __future__ import annotations

import pytest

from breastdce.prepare.n4 import N4Params
from breastdce.stages.n4 import STAGE


@pytest.mark.parametrize(
    ("params", "engines"),
    [
        (N4Params(), ("numba",)),
        (N4Params(method="n3"), ("numba",)),
        (N4Params(engine="itk"), ("SimpleITK",)),
    ],
)
def test_engines_are_those_that_ran(params, engines):
    assert STAGE.engines(params) == engines
