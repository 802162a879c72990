"""The public face is there, documented, and stays light."""

from __future__ import annotations

import inspect

import pytest

import breastdce
from breastdce.core.errors import InputError


@pytest.mark.parametrize("name", breastdce.__all__)
def test_public_name_exists_and_is_documented(name):
    assert inspect.getdoc(getattr(breastdce, name))


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        breastdce.nonsense  # noqa: B018


def test_a_path_may_be_text(tmp_path):
    import nrrd
    import numpy as np

    grid = breastdce.Grid((3, 3, 3), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    data = np.ones((3, 3, 3), dtype=np.float32, order="F")
    image, mask, other = (str(tmp_path / name) for name in ("i.nii.gz", "m.nii.gz", "i.nrrd"))
    breastdce.write_volume(image, breastdce.Volume(data, grid))
    breastdce.write_mask(mask, breastdce.Mask(data > 0, grid))
    nrrd.write(
        other, data, {"space": "RAS", "space directions": np.eye(3), "space origin": [0] * 3}
    )
    assert breastdce.read_volume(image).data.sum() == 27
    assert breastdce.read_mask(mask).data.all()
    assert breastdce.read_nrrd(other).data.sum() == 27
    with pytest.raises(InputError, match="No data set is here"):
        breastdce.validate(str(tmp_path))


def test_ftv_from_arrays_alone():
    import numpy as np

    grid = breastdce.Grid((6, 6, 6), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))

    def volume(value):
        data = np.full((6, 6, 6), 100.0, dtype=np.float32, order="F")
        data[1:5, 1:5, 1:5] = value
        return breastdce.Volume(data, grid)

    phases = breastdce.Triple(volume(100), volume(200), volume(180))
    found = breastdce.functional_tumor_volume(phases, breastdce.Region(), breastdce.FtvParams())
    assert found.mask.data.sum() == 64
    assert breastdce.stv_candidate(found.mask, breastdce.StvParams()).voxels == 64
