"""Zones of a region in space and slice by slice, for the families that describe them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.zones import label_zones
from breastdce.radiomics.emphasis import gather
from breastdce.radiomics.families.ibsi._aggregation import FloatArray, Space, mean_of
from breastdce.radiomics.families.ibsi._emphasis import measure
from breastdce.radiomics.levels import Levels
from breastdce.radiomics.matrices.offsets import IN_PLANE, IN_SPACE


class Zones(NamedTuple):
    """Zones in the order of their first voxels."""

    number: NDArray[np.int64]
    """Zone of each voxel of the region, from 0."""
    level: NDArray[np.int64]
    """Gray level of each zone."""
    plane: NDArray[np.int64]
    """Slice of each zone's first voxel."""


def find_zones(levels: Levels, *, in_plane: bool) -> Zones:
    """Zones of voxels that share faces, edges or corners; within slices if `in_plane`."""
    directions = IN_PLANE if in_plane else IN_SPACE
    steps = np.array([levels.step(direction) for direction in directions])
    number = label_zones(levels.flat, levels.where, steps)
    # Zones are numbered as they begin: the first voxel of each is where the number is new.
    first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))
    plane = levels.where[first] // (levels.box.shape[0] * levels.box.shape[1])
    return Zones(number, levels.values[first].astype(np.int64), plane)


def over_spaces(
    levels: Levels,
    column: Callable[[Zones, bool], NDArray[np.int64]],
    spaces: tuple[Space, ...],
) -> list[FloatArray | None]:
    """Features of the table of zones in each space.

    `column(zones, in_plane)` gives the column value of each zone: its size, or its distance.
    """
    found: dict[Space, FloatArray | None] = {}
    if "3D" in spaces:
        zones = find_zones(levels, in_plane=False)
        found["3D"] = measure(gather(zones.level, column(zones, False)), levels.where.size)
    if "2D" in spaces or "2_5D" in spaces:
        zones = find_zones(levels, in_plane=True)
        values = column(zones, True)
        found["2_5D"] = measure(gather(zones.level, values), levels.where.size)
        found["2D"] = _by_slice(levels, zones, values)
    return [found[space] for space in spaces]


def _by_slice(levels: Levels, zones: Zones, values: NDArray[np.int64]) -> FloatArray | None:
    area = levels.box.shape[0] * levels.box.shape[1]
    voxels = np.bincount(levels.where // area)
    ends = np.flatnonzero(np.diff(zones.plane, prepend=-1))[1:]
    parts = zip(np.split(zones.level, ends), np.split(values, ends), strict=True)
    planes = np.flatnonzero(voxels)
    return mean_of(
        measure(gather(level, value), int(voxels[plane]))
        for plane, (level, value) in zip(planes, parts, strict=True)
    )
