"""The captk panel against values of CaPTk 1.8.1 itself, nine cases."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.families.captk.ngtdm import NgtdmParams
from breastdce.radiomics.panel import FAMILIES, load_panel
from breastdce.radiomics.region import Region
from tests.reference.cases import CAPTK_CASES, captk_case, captk_golden

pytestmark = pytest.mark.data

# The sums are float64 in the order of the program, so only pow() and log2() may differ in the
# last digits; 1e-6 is the promise to users.
RELATIVE = 1e-6
NOISE = {
    # Signed deviations around the mean: what is left is the rounding of a sum.
    "Intensity_MeanAbsoluteDeviation",
    "Histogram_Bins-128_Bins-128_MeanAbsoluteDeviation",
    # Zones that are all of one size: the program's mean is off by a rounding, 5e-32 here.
    "GLSZM_Bins-128_Radius-3_ZoneSizeVariance",
}
"""Features that may be rounding noise around 0, for which no relative tolerance can hold."""


@pytest.mark.parametrize("case", CAPTK_CASES)
def test_every_feature_is_that_of_the_program(data, case):
    image, mask = captk_case(data, case)
    found = extract_features(image, mask, load_panel("captk"))
    golden = captk_golden(data, case)
    extent = float(np.ptp(image.data[mask.data]))
    for name, value in found.values.items():
        if math.isnan(golden[name]):
            assert math.isnan(value), name
            assert name in found.reasons
        elif name.removeprefix("T1_E_") in NOISE:
            near = pytest.approx(golden[name], rel=RELATIVE, abs=1e-12 * max(extent, 1.0))
            assert value == near, name
        else:
            assert value == pytest.approx(golden[name], rel=RELATIVE), name


@pytest.mark.parametrize("case", CAPTK_CASES)
def test_ngtdm_of_the_voxel_alone_is_that_of_the_default_parameter_file(data, case):
    image, mask = captk_case(data, case)
    found = (
        FAMILIES["captk"].get("ngtdm").compute(Region.of(image, mask), NgtdmParams(half_width=0))
    )
    golden = captk_golden(data, case, "captk_oracle/golden_ngtdm_range0.csv")
    assert len(golden) == len(found) == 5
    for name, value in found.items():
        assert value == pytest.approx(golden[f"T1_E_NGTDM_{name}"], rel=RELATIVE), name


def test_columns_are_the_370_published_ones_in_the_published_order(data):
    with data("captk_oracle/golden.csv").open() as file:
        published = [f"T1_E_{name}" for name in next(csv.reader(file))[1:]]
    assert len(published) == 370
    assert list(load_panel("captk").columns()) == published


def test_values_do_not_depend_on_the_number_of_threads(data):
    image, mask = captk_case(data, "two_parts")
    panel = load_panel("captk")
    one = extract_features(image, mask, panel, threads=1).values
    assert extract_features(image, mask, panel, threads=3).values == one
