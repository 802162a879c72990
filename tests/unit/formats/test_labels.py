"""Labels are whole numbers; anything else is refused with the values that were seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.labels import label_map
from breastdce.formats.nifti import read_labels, write_mask, write_volume

GRID = Grid((2, 3, 4), (1.0, 2.0, 3.0), np.eye(3), (0.0, 0.0, 0.0))


def labels(*values):
    data = np.zeros(GRID.shape, order="F")
    data.ravel(order="F")[: len(values)] = values
    return data


def test_labels_come_rising_and_without_the_background():
    found = label_map(labels(9, 0, -2, 9, 1), GRID, Path("m"))
    assert found.present() == (-2, 1, 9)
    assert found.mask(9).data.sum() == 2
    assert not found.mask(4).data.any()


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf, 3e9, -3e9])
def test_what_is_no_label_is_refused(value):
    with pytest.raises(InputError) as caught:
        label_map(labels(1, value), GRID, Path("folder/m.nii"))
    assert caught.value.evidence["voxels"] == 1
    assert caught.value.evidence["file"] == "m.nii"
    assert str(caught.value.evidence["values"]) == str([value])


def test_a_mask_of_nifti_is_label_1(tmp_path):
    inside = labels(1, 1, 0, 1) > 0
    write_mask(tmp_path / "m.nii.gz", Mask(inside, GRID))
    found = read_labels(tmp_path / "m.nii.gz")
    assert found.present() == (1,)
    assert np.array_equal(found.mask(1).data, inside)
    assert found.grid.matches(GRID)


def test_float_labels_of_nifti_are_read_and_probabilities_are_not(tmp_path):
    image = Volume(labels(3, 0, 255).astype(np.float32), GRID)
    write_volume(tmp_path / "m.nii.gz", image)
    assert read_labels(tmp_path / "m.nii.gz").present() == (3, 255)
    write_volume(tmp_path / "p.nii.gz", image.with_data(image.data / np.float32(255)))
    with pytest.raises(InputError, match="no labels"):
        read_labels(tmp_path / "p.nii.gz")
