from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import Panel, load_panel

GRID = Grid((3, 3, 3), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def test_undefined_is_nan_with_its_reason():
    flat = Volume(np.full((3, 3, 3), 2.0, np.float32, order="F"), GRID)
    found = extract_features(flat, Mask(np.ones((3, 3, 3), bool), GRID), load_panel("captk"))
    assert math.isnan(found.values["T1_E_Intensity_Skewness"])
    assert found.reasons["T1_E_Intensity_Skewness"] is Undefined.FLAT_REGION
    missing = {name for name, value in found.values.items() if math.isnan(value)}
    assert missing == set(found.reasons)


def test_columns_come_in_the_order_of_the_panel():
    panel = load_panel("captk")
    image = Volume(np.arange(27, dtype=np.float32).reshape((3, 3, 3), order="F"), GRID)
    found = extract_features(image, Mask(np.ones((3, 3, 3), bool), GRID), panel)
    assert tuple(found.values) == panel.columns()
    assert found.reasons == {}


@pytest.mark.parametrize("name", ["captk", "ibsi"])
def test_values_are_plain_numbers(name):
    image = Volume(np.arange(27, dtype=np.float32).reshape((3, 3, 3), order="F"), GRID)
    found = extract_features(image, Mask(np.ones((3, 3, 3), bool), GRID), load_panel(name))
    assert {type(value) for value in found.values.values()} == {float}


def test_a_family_that_breaks_its_promise_is_a_bug():
    panel = load_panel("captk")
    member = panel.members[2]
    broken = replace(member.family, compute=lambda *_: {"Volume": 1.0})
    faulty = Panel("faulty", "", (replace(member, family=broken),))
    image = Volume(np.zeros((3, 3, 3), np.float32), GRID)
    with pytest.raises(TypeError, match="volumetric"):
        extract_features(image, Mask(np.ones((3, 3, 3), bool), GRID), faulty)
