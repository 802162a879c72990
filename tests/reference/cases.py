"""Reference cases of the radiomics panels: images, masks and the values that are right."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import describe, load_panel

Data = Callable[[str], Path]

CAPTK_CASES = (
    "ball",
    "lesion",
    "large",
    "planar",
    "tiny",
    "anisotropic",
    "two_parts",
    "constant",
    "border",
)
IBSI_TABLES = {
    "digital": "dig_phantom",
    "a": "config_a",
    "b": "config_b",
    "c": "config_c",
    "d": "config_d",
    "e": "config_e",
}
DIAGNOSTIC = re.compile(r"_(init|interp|reseg)_(img|roi)$")


@cache
def read_case(image_path: Path, mask_path: Path) -> tuple[Volume, Mask]:
    """Image and mask (label 1), read by nibabel alone, origin at 0."""
    image = nib.Nifti1Image.from_filename(image_path)
    mask = nib.Nifti1Image.from_filename(mask_path)
    x, y, z = (float(value) for value in image.header.get_zooms())
    voxels = np.asarray(image.dataobj, dtype=np.float32, order="F")
    i, j, k = voxels.shape
    grid = Grid((i, j, k), (x, y, z), np.eye(3), (0.0, 0.0, 0.0))
    return Volume(voxels, grid), Mask(np.asarray(mask.dataobj) == 1, grid)


def captk_case(data: Data, case: str) -> tuple[Volume, Mask]:
    """One of the nine cases that CaPTk was run on."""
    folder = "captk_oracle/cases"
    return read_case(data(f"{folder}/{case}_image.nii.gz"), data(f"{folder}/{case}_mask.nii.gz"))


def captk_golden(data: Data, case: str, name: str = "captk_oracle/golden.csv") -> dict[str, float]:
    """CaPTk's own values by published name."""
    with data(name).open() as file:
        row = next(row for row in csv.DictReader(file) if row["case"] == case)
    return {f"T1_E_{name}": float(value) for name, value in row.items() if name != "case"}


def ibsi_case(data: Data, configuration: str) -> tuple[Volume, Mask]:
    """The digital phantom, or the CT phantom of configurations A to E."""
    name = "digital" if configuration == "digital" else "ct"
    return read_case(data(f"ibsi/{name}_image.nii.gz"), data(f"ibsi/{name}_mask.nii.gz"))


def ibsi_reference(data: Data, configuration: str) -> dict[str, tuple[float, float]]:
    """Consensus value and tolerance by tag; rows without a consensus are left out."""
    with data(f"ibsi/reference_{IBSI_TABLES[configuration]}.csv").open() as file:
        rows = csv.DictReader(file, delimiter=";")
        return {
            row["tag"].strip(): (float(row["reference value"]), float(row["tolerance"]))
            for row in rows
            if row["reference value"]
        }


def ibsi_features(data: Data, configuration: str) -> dict[str, float]:
    """Our values by tag."""
    panel = load_panel(f"ibsi-{configuration}")
    found = extract_features(*ibsi_case(data, configuration), panel)
    return {record.tag: found.values[record.name] for record in describe(panel)}


def within(value: float, expected: float, tolerance: float, *, exact: bool = False) -> bool:
    """IBSI's comparison: rounded to three digits, unless `exact`, and within the tolerance."""
    rounded = value if exact else float(f"{value:.2e}")
    # Printed numbers are compared: a difference of 0.01 must not fail for its last binary digit.
    return bool(abs(rounded - expected) <= tolerance + 1e-9 * abs(expected))
