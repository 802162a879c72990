from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from breastdce.radiomics.hull import hull, longest_distance

STEPS = np.vstack([np.eye(3), -np.eye(3)]) / 2


def _all_vertices(mask, spacing):
    """The plain way: half a voxel from every voxel, in all six directions."""
    return (np.argwhere(mask)[:, None] + STEPS).reshape(-1, 3) * spacing


@pytest.mark.parametrize("density", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("seed", [1, 2])
def test_hull_is_that_of_all_surface_vertices(seed, density):
    mask = np.random.default_rng(seed).random((7, 8, 6)) < density
    spacing = (0.6, 1.0, 2.2)
    vertices = _all_vertices(mask, spacing)
    expected = ConvexHull(vertices)
    found = hull(mask, spacing)
    assert found.volume_mm3 == pytest.approx(expected.volume)
    assert found.area_mm2 == pytest.approx(expected.area)
    assert found.areas_mm2.sum() == pytest.approx(expected.area)
    assert longest_distance(found.points) == pytest.approx(pdist(vertices).max())


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 1, 1), (4, 3, 1), (1, 2, 6)])
def test_a_flat_mask_has_a_hull_all_the_same(shape):
    found = hull(np.ones(shape, bool), (1.0, 1.0, 1.0))
    assert found.volume_mm3 > 0
    assert np.ptp(found.points, axis=0).tolist() == list(shape)


def test_neighbors_share_the_edge_opposite_to_their_vertex():
    found = hull(np.random.default_rng(3).random((5, 5, 5)) < 0.3, (1.0, 1.0, 1.0))
    for triangle, neighbors in zip(found.triangles, found.neighbors, strict=True):
        for vertex, neighbor in zip(triangle, neighbors, strict=True):
            edge = set(triangle.tolist()) - {int(vertex)}
            assert edge <= set(found.triangles[neighbor].tolist())
