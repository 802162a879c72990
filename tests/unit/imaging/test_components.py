from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.components import Connectivity, connected_parts


def mask_of(*voxels: tuple[int, int, int], shape: tuple[int, int, int] = (6, 5, 4)) -> Mask:
    data = np.zeros(shape, np.bool_, order="F")
    for voxel in voxels:
        data[voxel] = True
    return Mask(data, Grid(shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0)))


@pytest.mark.parametrize(
    ("step", "joined_by"),
    [((1, 0, 0), (6, 18, 26)), ((1, 1, 0), (18, 26)), ((1, 1, 1), (26,))],
)
@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_neighbors_join_by_face_edge_or_corner(
    step: tuple[int, int, int], joined_by: tuple[int, ...], connectivity: Connectivity
):
    parts = connected_parts(
        mask_of((1, 1, 1), (1 + step[0], 1 + step[1], 1 + step[2])).data, connectivity
    )
    assert parts.count == (1 if connectivity in joined_by else 2)


def test_parts_are_numbered_from_the_largest():
    parts = connected_parts(mask_of((0, 0, 0), (3, 0, 0), (4, 0, 0)).data, 6)
    assert parts.sizes.tolist() == [2, 1]
    assert parts.labels[3, 0, 0] == parts.labels[4, 0, 0] == 1
    assert parts.labels[0, 0, 0] == 2


def test_equal_parts_are_ordered_by_slice_then_row_then_column():
    parts = connected_parts(mask_of((0, 0, 3), (5, 0, 0), (0, 4, 0)).data, 26)
    assert [parts.labels[v] for v in ((5, 0, 0), (0, 4, 0), (0, 0, 3))] == [1, 2, 3]


def test_an_empty_mask_has_no_parts():
    parts = connected_parts(mask_of().data, 26)
    assert parts.count == 0
    assert not parts.select(np.zeros(0, np.bool_)).any()
    assert parts.touched_by(np.ones(parts.labels.shape, np.bool_)).size == 0


def test_a_part_is_touched_when_one_voxel_lies_in_the_region():
    parts = connected_parts(mask_of((0, 0, 0), (3, 0, 0), (4, 0, 0)).data, 6)
    region = mask_of((4, 0, 0), (2, 2, 2)).data
    assert parts.touched_by(region).tolist() == [True, False]
    assert int(parts.select(np.array([True, False])).sum()) == 2


@pytest.mark.parametrize(("connectivity", "rank"), [(6, 1), (18, 2), (26, 3)])
@pytest.mark.parametrize("density", [0.02, 0.15, 0.4, 1.0])
def test_parts_are_those_of_scipy(connectivity: Connectivity, rank: int, density: float):
    data = np.asfortranarray(np.random.default_rng(3).random((13, 11, 9)) < density)
    found = connected_parts(data, connectivity)
    structure = ndimage.generate_binary_structure(3, rank)
    theirs, count = ndimage.label(data.T, structure=structure)
    sizes = np.bincount(theirs.ravel(), minlength=count + 1)[1:]
    assert found.sizes.tolist() == sorted(sizes, reverse=True)
    order = np.argsort(-sizes, kind="stable")  # scipy numbers parts by their first voxels too
    for number, part in enumerate(order, start=1):
        np.testing.assert_array_equal(found.labels == number, part + 1 == theirs.T)
