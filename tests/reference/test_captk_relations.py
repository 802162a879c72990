"""Relations between columns of the published table, which ours must keep.

The table is standardized column by column: equal and affine columns are equal there, and a
column that is a sum of others is a linear combination of them. Ours are held to the same on cases
of our own.
"""

from __future__ import annotations

import csv
import gzip
import itertools
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import load_panel

BINS = "Histogram_Bins-128_Bins-128_"
FREQUENCIES = tuple(f"{BINS}Bin-{number}_Frequency" for number in range(128))
PROBABILITIES = tuple(f"{BINS}Bin-{number}_Probability" for number in range(128))
INDEX = np.arange(128.0)
EQUAL = (("Morphologic_NumberOfPixels", "Morphologic_LargestComponentSize"),)
# column: the columns that it is a sum of, and with which weights
SUMS: dict[str, tuple[tuple[str, ...], Any]] = {
    "Intensity_Range": (("Intensity_Maximum", "Intensity_Minimum"), (1, -1)),
    "Intensity_MedianAbsoluteDeviation": (("Intensity_Mean", "Intensity_Median"), (1, -1)),
    f"{BINS}MedianAbsoluteDeviation": ((f"{BINS}Mean", f"{BINS}Median"), (1, -1)),
    f"{BINS}InterQuartileRange": (
        (f"{BINS}SeventyFifthPercentile", f"{BINS}TwentyFifthPercentile"),
        (1, -1),
    ),
    "Volumetric_Pixels": (FREQUENCIES, np.ones(128)),
    f"{BINS}Mean": (PROBABILITIES, INDEX),
    f"{BINS}Sum": (FREQUENCIES, INDEX),
    f"{BINS}Energy": (FREQUENCIES, INDEX**2),
}


@pytest.fixture(scope="module")
def ours():
    """The panel in six irregular regions, one column an array."""
    grid = Grid((24, 22, 20), (0.7, 0.7, 1.5), np.eye(3), (-3.0, 4.0, 5.0))
    rows = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        smooth = ndimage.gaussian_filter(rng.standard_normal(grid.shape), 2)
        image = Volume(np.asfortranarray(10 * smooth + seed, dtype=np.float32), grid)
        mask = Mask(np.asfortranarray(ndimage.gaussian_filter(smooth, 1) > 0.02), grid)
        rows.append(extract_features(image, mask, load_panel("captk")).values)
    return {name[5:]: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.fixture(scope="module")
def published(data):
    with gzip.open(data("captk_oracle/published_table_zscored_161.csv.gz"), "rt") as file:
        table = list(csv.DictReader(file))
    names = [name for name in table[0] if name.startswith("T1_E_")]
    return {name[5:]: np.array([float(row[name]) for row in table]) for name in names}


@pytest.mark.data
def test_the_only_equal_or_affine_columns_of_the_table_are_those_named_here(published):
    names = list(published)
    standard = np.array(list(published.values()))
    correlation = np.corrcoef(standard)
    # The table has 15 digits; the next pair, two skewnesses, is 2e-6 from 1.
    found = {
        (names[one], names[other])
        for other, one in itertools.combinations(range(len(names)), 2)
        if 1 - abs(correlation[one, other]) < 1e-9
    }
    assert found == set(EQUAL)


@pytest.mark.data
@pytest.mark.parametrize("column", SUMS)
def test_sums_hold_in_the_table(published, column):
    parts, _ = SUMS[column]
    table = np.column_stack([published[part] for part in parts])
    weights, *_ = np.linalg.lstsq(table, published[column], rcond=None)
    # float32 differences within the program leave about 2e-7 of a standard deviation
    np.testing.assert_allclose(table @ weights, published[column], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_columns_are_equal_in_ours(ours, one, other):
    np.testing.assert_array_equal(ours[one], ours[other])


@pytest.mark.parametrize("column", SUMS)
def test_sums_hold_in_ours(ours, column):
    parts, weights = SUMS[column]
    total = sum(weight * ours[part] for part, weight in zip(parts, weights, strict=True))
    # As in the program, ranges and medians are float32.
    np.testing.assert_allclose(ours[column], total, rtol=1e-6, atol=1e-6)
