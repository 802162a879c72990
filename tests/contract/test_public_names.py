"""The public face is there, documented, and stays light."""

from __future__ import annotations

import inspect

import pytest

import breastdce


@pytest.mark.parametrize("name", breastdce.__all__)
def test_public_name_exists_and_is_documented(name):
    assert inspect.getdoc(getattr(breastdce, name))


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        breastdce.nonsense  # noqa: B018


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
