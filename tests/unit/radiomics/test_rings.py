"""A ring holds exactly the voxels between two distances."""

from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.errors import CallError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.radiomics.rings import Ring, ring

SPACING = (0.5, 1.0, 2.0)
GRID = Grid((21, 15, 11), SPACING, np.eye(3), (0.0, 0.0, 0.0))


def mask(*voxels):
    data = np.zeros(GRID.shape, bool)
    for voxel in voxels:
        data[voxel] = True
    return Mask(data, GRID)


def distances(*voxels):
    """Brute force: distance in mm of each voxel from the nearest of some."""
    index = np.moveaxis(np.indices(GRID.shape), 0, -1) * SPACING
    each = [np.sqrt(((index - np.multiply(voxel, SPACING)) ** 2).sum(axis=-1)) for voxel in voxels]
    return np.min(each, axis=0)


@pytest.mark.parametrize(("inner", "outer"), [(0.0, 2.0), (2.0, 4.5), (1.3, 1.9)])
def test_ring_is_what_brute_force_says(inner, outer):
    voxels = ((10, 7, 5), (3, 2, 1))
    found = ring(mask(*voxels), inner, outer).data
    apart = distances(*voxels)
    assert np.array_equal(found, (apart > inner + 1e-6) & (apart <= outer + 1e-6))


def test_rings_adjoin_and_share_no_voxel():
    region = mask((10, 7, 5), (11, 7, 5))
    first, second = ring(region, 0, 3).data, ring(region, 3, 6).data
    assert not (first & second).any()
    assert not (first & region.data).any()
    assert np.array_equal(first | second, ring(region, 0, 6).data)


def test_ring_ends_at_the_breast():
    region = mask((10, 7, 5))
    breast = np.zeros(GRID.shape, bool)
    breast[:11] = True
    inside = ring(region, 0, 3, Mask(breast, GRID)).data
    assert np.array_equal(inside, ring(region, 0, 3).data & breast)
    assert inside.any()


def test_an_empty_mask_has_an_empty_ring():
    assert not ring(mask(), 0, 5).data.any()


@pytest.mark.parametrize(
    ("inner", "outer"), [(2, 1), (1, 1), (-1, 2), (0, math.inf), (math.nan, 1)]
)
def test_distances_that_make_no_ring_are_refused(inner, outer):
    with pytest.raises(CallError):
        ring(mask((1, 1, 1)), inner, outer)


def test_ring_has_a_short_name():
    assert str(Ring(0.0, 5.0)) == "0-5mm"
    assert str(Ring(2.5, 10.0)) == "2.5-10mm"
