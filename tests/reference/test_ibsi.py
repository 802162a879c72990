"""The IBSI panels against the consensus values: digital phantom and CT configurations A to E."""

from __future__ import annotations

import csv
import re
from functools import cache

import nibabel as nib
import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import describe, load_panel
from breastdce.radiomics.processing import prepare
from breastdce.radiomics.region import bounding_box

pytestmark = pytest.mark.data

TABLES = {
    "digital": "dig_phantom",
    "a": "config_a",
    "b": "config_b",
    "c": "config_c",
    "d": "config_d",
    "e": "config_e",
}
CONFIGURATIONS = ("a", "b", "c", "d", "e")
COUNTS = {"morph": 25, "loc": 2, "stat": 18, "ih": 23, "ivh": 6}
PREFIXES = tuple(COUNTS)
DIAGNOSTIC = re.compile(r"_(init|interp|reseg)_(img|roi)$")
# Printed numbers are compared: a difference of 0.01 must not fail for its last binary digit.
ROUNDING = 1e-9


@cache
def _case(image_path, mask_path):
    image = nib.Nifti1Image.from_filename(image_path)
    mask = nib.Nifti1Image.from_filename(mask_path)
    x, y, z = (float(value) for value in image.header.get_zooms())
    voxels = np.asarray(image.dataobj, dtype=np.float32, order="F")
    i, j, k = voxels.shape
    grid = Grid((i, j, k), (x, y, z), np.eye(3), (0.0, 0.0, 0.0))
    return Volume(voxels, grid), Mask(np.asarray(mask.dataobj) == 1, grid)


def _read(data, configuration):
    name = "digital" if configuration == "digital" else "ct"
    return _case(data(f"ibsi/{name}_image.nii.gz"), data(f"ibsi/{name}_mask.nii.gz"))


def _reference(data, configuration):
    """Tag to consensus value and tolerance; rows without a consensus are left out."""
    with data(f"ibsi/reference_{TABLES[configuration]}.csv").open() as file:
        rows = csv.DictReader(file, delimiter=";")
        return {
            row["tag"].strip(): (float(row["reference value"]), float(row["tolerance"]))
            for row in rows
            if row["reference value"]
        }


def _misses(values, reference):
    """Values outside the tolerance after rounding to three digits, as the references are.

    Of the diagnostics the whole numbers are not rounded in the tables.
    """
    missed = {}
    for tag, (expected, tolerance) in reference.items():
        exact = DIAGNOSTIC.search(tag) and float(values[tag]).is_integer()
        rounded = float(values[tag]) if exact else float(f"{values[tag]:.2e}")
        if not abs(rounded - expected) <= tolerance + ROUNDING * abs(expected):
            missed[tag] = (values[tag], expected, tolerance)
    return missed


def _features(data, configuration):
    panel = load_panel(f"ibsi-{configuration}")
    image, mask = _read(data, configuration)
    found = extract_features(image, mask, panel)
    return {record.tag: found.values[record.name] for record in describe(panel)}


@cache
def _panel_tags(configuration):
    return {record.tag for record in describe(load_panel(f"ibsi-{configuration}"))}


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
    image, mask = _read(data, configuration)
    region = prepare(image, mask, load_panel(f"ibsi-{configuration}").processing)
    found = {
        **_of_image(image, "init"),
        **_of_image(region.image, "interp"),
        **_of_region(image, mask, mask, "init"),
        **_of_region(region.image, region.shape, region.shape, "interp"),
        **_of_region(region.image, region.mask, region.shape, "reseg"),
    }
    every = _reference(data, configuration)
    reference = {tag: numbers for tag, numbers in every.items() if DIAGNOSTIC.search(tag)}
    assert len(reference) == 60
    assert _misses(found, reference) == {}


@pytest.mark.parametrize("configuration", TABLES)
def test_every_feature_has_the_consensus_value(data, configuration):
    values = _features(data, configuration)
    reference = _wanted(data, configuration)
    assert _misses(values, reference) == {}


@pytest.mark.parametrize("configuration", TABLES)
def test_no_consensus_value_lacks_a_feature(data, configuration):
    wanted = _wanted(data, configuration)
    assert wanted.keys() <= _panel_tags(configuration)
    counts = dict.fromkeys(COUNTS, 0)
    for tag in wanted:
        counts[tag.split("_")[0]] += 1
    assert counts == COUNTS


def _wanted(data, configuration):
    return {
        tag: numbers
        for tag, numbers in _reference(data, configuration).items()
        if tag.split("_")[0] in PREFIXES and not DIAGNOSTIC.search(tag)
    }
