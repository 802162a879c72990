"""The IBSI panels against the consensus values: digital phantom and CT configurations A to E."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from breastdce.imaging.box import bounding_box
from breastdce.radiomics.panel import load_panel
from breastdce.radiomics.processing import prepare
from tests.reference.cases import (
    DIAGNOSTIC,
    IBSI_TABLES,
    ibsi_case,
    ibsi_features,
    ibsi_reference,
    within,
)

pytestmark = pytest.mark.data

CONFIGURATIONS = ("a", "b", "c", "d", "e")
FIRST_ORDER = {"morph": 25, "loc": 2, "stat": 18, "ih": 23, "ivh": 6}
TEXTURES = {"cm": 25, "rlm": 16, "szm": 16, "dzm": 16, "ngt": 5, "ngl": 17}
DIRECTED = ("cm", "rlm")
# How many aggregations each configuration has: of directed textures, and of the others.
AGGREGATIONS = {
    "digital": (6, 3),
    "a": (4, 2),
    "b": (4, 2),
    "c": (2, 1),
    "d": (2, 1),
    "e": (2, 1),
}


def _of_image(volume, when):
    found = {}
    for axis, letter in enumerate("xyz"):
        found[f"img_dim_{letter}_{when}_img"] = volume.grid.shape[axis]
        found[f"vox_dim_{letter}_{when}_img"] = volume.grid.spacing_mm[axis]
    found[f"mean_int_{when}_img"] = volume.data.mean(dtype=np.float64)
    found[f"min_int_{when}_img"] = volume.data.min()
    found[f"max_int_{when}_img"] = volume.data.max()
    return found


def _of_region(volume, mask, shape, when):
    found = {}
    for axis, letter in enumerate("xyz"):
        found[f"int_mask_dim_{letter}_{when}_roi"] = mask.data.shape[axis]
        for name, one in (("int", mask), ("morph", shape)):
            part = bounding_box(one.data)[axis]
            found[f"{name}_mask_bb_dim_{letter}_{when}_roi"] = part.stop - part.start
    found[f"int_mask_vox_count_{when}_roi"] = np.count_nonzero(mask.data)
    found[f"morph_mask_vox_count_{when}_roi"] = np.count_nonzero(shape.data)
    values = volume.data[mask.data]
    found[f"int_mask_mean_int_{when}_roi"] = values.mean(dtype=np.float64)
    found[f"int_mask_min_int_{when}_roi"] = values.min()
    found[f"int_mask_max_int_{when}_roi"] = values.max()
    return found


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_image_processing_gives_the_diagnostics(data, configuration):
    image, mask = ibsi_case(data, configuration)
    region = prepare(image, mask, load_panel(f"ibsi-{configuration}").processing)
    found = {
        **_of_image(image, "init"),
        **_of_image(region.image, "interp"),
        **_of_region(image, mask, mask, "init"),
        **_of_region(region.image, region.shape, region.shape, "interp"),
        **_of_region(region.image, region.mask, region.shape, "reseg"),
    }
    every = ibsi_reference(data, configuration)
    reference = {tag: numbers for tag, numbers in every.items() if DIAGNOSTIC.search(tag)}
    assert len(reference) == 60
    # Whole numbers are not rounded in the tables.
    missed = {
        tag: (found[tag], *numbers)
        for tag, numbers in reference.items()
        if not within(float(found[tag]), *numbers, exact=float(found[tag]).is_integer())
    }
    assert missed == {}


@pytest.mark.parametrize("configuration", IBSI_TABLES)
def test_every_feature_has_the_consensus_value(data, configuration):
    values = ibsi_features(data, configuration)
    missed = {
        tag: (values.get(tag), *numbers)
        for tag, numbers in _features_wanted(data, configuration).items()
        if tag not in values or not within(values[tag], *numbers)
    }
    assert missed == {}


@pytest.mark.parametrize("configuration", IBSI_TABLES)
def test_the_tables_hold_what_this_test_believes_they_hold(data, configuration):
    directed, others = AGGREGATIONS[configuration]
    expected = FIRST_ORDER | {
        prefix: number * (directed if prefix in DIRECTED else others)
        for prefix, number in TEXTURES.items()
    }
    wanted = _features_wanted(data, configuration)
    assert Counter(tag.split("_")[0] for tag in wanted) == expected
    assert len(wanted) == {6: 482, 4: 346, 2: 210}[directed]


def _features_wanted(data, configuration):
    every = ibsi_reference(data, configuration)
    return {tag: numbers for tag, numbers in every.items() if not DIAGNOSTIC.search(tag)}
