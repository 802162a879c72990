"""How texture matrices are merged and averaged over directions and slices (IBSI 1, section 3.6).

A slice is a plane of fixed k. `measure` turns a matrix into its features, or None when it is
empty; empty matrices do not enter a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.radiomics.families._contract import Feature
from breastdce.radiomics.levels import Levels
from breastdce.radiomics.matrices.offsets import IN_PLANE, IN_SPACE

FloatArray = NDArray[np.float64]
Counts = NDArray[np.integer[Any]]

Direction = Literal["2D_avg", "2D_comb", "2_5D_avg", "2_5D_comb", "3D_avg", "3D_comb"]
"""By slice and direction; by slice, directions merged; by direction, slices merged; slices and
directions merged; in space by direction; in space, merged. Several matrices are averaged."""
Space = Literal["2D", "2_5D", "3D"]
"""By slice, averaged; slices merged; in space."""
ALL_DIRECTIONS: tuple[Direction, ...] = (
    "2D_avg",
    "2D_comb",
    "2_5D_avg",
    "2_5D_comb",
    "3D_avg",
    "3D_comb",
)
ALL_SPACES: tuple[Space, ...] = ("2D", "2_5D", "3D")
_WORDS: dict[str, str] = {
    "2D_avg": "Mean over slices and the directions in them",
    "2D_comb": "Mean over slices, directions merged",
    "2_5D_avg": "Mean over the directions in a slice, slices merged",
    "2_5D_comb": "Slices and the directions in them merged",
    "3D_avg": "Mean over the 13 directions in space",
    "3D_comb": "The 13 directions in space merged",
    "2D": "Mean over slices",
    "2_5D": "Slices merged",
    "3D": "In space",
}


class Merged(NamedTuple):
    """Matrices added up, and how many voxels they were counted from, repeats included."""

    counts: Counts
    voxels: int


class Meaning(NamedTuple):
    """One feature of a matrix: name, tag without aggregation, IBSI code, definition, unit."""

    name: str
    tag: str
    code: str
    definition: str
    unit: str = "1"


def describe(meanings: Iterable[Meaning], aggregations: tuple[str, ...]) -> tuple[Feature, ...]:
    """Every feature in every aggregation, aggregations outermost."""
    every = tuple(meanings)
    return tuple(
        Feature(
            f"{item.name}_{aggregation}",
            f"{item.definition} {_WORDS[aggregation]}.",
            item.unit,
            ibsi=item.code,
            tag=f"{item.tag}_{aggregation}",
        )
        for aggregation in aggregations
        for item in every
    )


def slices(levels: Levels) -> Iterator[NDArray[np.int64]]:
    """Positions of the region's voxels, slice by slice; slices without any are left out."""
    plane = levels.box.shape[0] * levels.box.shape[1]
    first = np.flatnonzero(np.diff(levels.where // plane, prepend=-1))
    yield from np.split(levels.where, first[1:])


def over_directions(
    levels: Levels,
    count: Callable[[NDArray[np.int64], int], Counts],
    measure: Callable[[Merged], FloatArray | None],
    aggregations: tuple[Direction, ...],
) -> list[FloatArray | None]:
    """Features in each aggregation, for a matrix that has a direction.

    `count` takes positions of voxels and the distance to the next voxel of a direction.
    """
    found: dict[str, FloatArray | None] = {}
    if any(name.startswith("2D") for name in aggregations):
        every: list[FloatArray | None] = []
        by_slice: list[FloatArray | None] = []
        for where in slices(levels):
            each, merged = _along(levels, where, IN_PLANE, count, measure)
            every += each
            by_slice.append(measure(merged))
        found["2D_avg"], found["2D_comb"] = mean_of(every), mean_of(by_slice)
    if any(not name.startswith("2D") for name in aggregations):
        # Runs and pairs of the directions in a slice stay within it: slices merge by themselves.
        each, merged = _along(levels, levels.where, IN_PLANE, count, measure)
        found["2_5D_avg"], found["2_5D_comb"] = mean_of(each), measure(merged)
        if any(name.startswith("3D") for name in aggregations):
            oblique = IN_SPACE[len(IN_PLANE) :]
            others, rest = _along(levels, levels.where, oblique, count, measure)
            found["3D_avg"], found["3D_comb"] = mean_of(each + others), measure(_add(merged, rest))
    return [found[name] for name in aggregations]


def mean_of(features: Iterable[FloatArray | None]) -> FloatArray | None:
    """Mean of the features of several matrices; None without any.

    A feature that is NaN for a matrix does not enter its mean.
    """
    known = [row for row in features if row is not None]
    if not known:
        return None
    table = np.array(known)
    defined = ~np.isnan(table)
    with np.errstate(invalid="ignore"):  # a feature that no matrix has stays NaN
        mean: FloatArray = np.where(defined, table, 0).sum(axis=0) / defined.sum(axis=0)
    return mean


def spread(
    names: tuple[str, ...], found: list[FloatArray | None], empty: Undefined
) -> dict[str, float | Undefined]:
    """Names and values, aggregation by aggregation; `empty` where there is no matrix."""
    width = len(names) // len(found)
    values: list[float | Undefined] = []
    for features in found:
        if features is None:
            values += [empty] * width
        else:
            values += [Undefined.ZERO_DENOMINATOR if np.isnan(x) else float(x) for x in features]
    return dict(zip(names, values, strict=True))


def _along(
    levels: Levels,
    where: NDArray[np.int64],
    directions: tuple[tuple[int, int, int], ...],
    count: Callable[[NDArray[np.int64], int], Counts],
    measure: Callable[[Merged], FloatArray | None],
) -> tuple[list[FloatArray | None], Merged]:
    """Features of each direction's matrix, and the matrices merged; two are held at a time."""
    each: list[FloatArray | None] = []
    merged = Merged(np.zeros((), np.int32), 0)
    for direction in directions:
        matrix = Merged(count(where, levels.step(direction)), where.size)
        each.append(measure(matrix))
        merged = _add(merged, matrix)
    return each, merged


def _add(one: Merged, other: Merged) -> Merged:
    # int32 holds 13 directions of any region that fits memory
    return Merged(one.counts + other.counts, one.voxels + other.voxels)
