"""Bodies around a convex hull: smallest oriented box, smallest ellipsoid; area of an ellipsoid."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel
from breastdce.radiomics.hull import Hull

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SERIES_ORDER = 20
_SAME_DIRECTION = 1e-9
_SAME_VOLUME = 1e-12  # relative
_ENCLOSED = 2e-4  # relative; a point may lie this far outside the form of the ellipsoid
_PRECISION = 1e-4  # of the form at the points that determine it: 1e-4 of the volume
_MOST_STEPS = 100_000  # a few hundred are usual
_NEW_POINTS = 32  # taken in at once
_MOST_ROUNDS = 1000  # five are usual


class Body(NamedTuple):
    """Measures of a box or an ellipsoid."""

    volume_mm3: float
    area_mm2: float


def box(sides_mm: FloatArray) -> Body:
    """Measure a box by its three sides."""
    a, b, c = sides_mm.tolist()
    return Body(a * b * c, 2 * (a * b + b * c + c * a))


def ellipsoid(semi_axes_mm: FloatArray) -> Body:
    """Measure an ellipsoid by its three semi-axes in any order, the longest of them above 0.

    Notes
    -----
    The area is the series of the reference manual (section 3.1, area density of the approximate
    enclosing ellipsoid) up to order 20, with a >= b >= c, alpha^2 = 1 - b^2 / a^2 and
    beta^2 = 1 - c^2 / a^2: 4 pi a b times the sum of
    (alpha beta)^n P_n((alpha^2 + beta^2) / (2 alpha beta)) / (1 - 4 n^2). The consensus values
    need it, but it is the area of a ball only: it is 4 % too small for semi-axes of 5.7, 4.7 and
    4.3, and 20 % too large for 70, 60 and 27. The recurrence of the Legendre polynomials P_n is
    that of their product with (alpha beta)^n here, which two equal axes do not make infinite.
    """
    c, b, a = np.sort(semi_axes_mm).tolist()
    alpha, beta = 1 - (b / a) ** 2, 1 - (c / a) ** 2  # squares
    term, before, total = 1.0, 0.0, 1.0
    for n in range(_SERIES_ORDER):
        following = ((2 * n + 1) * (alpha + beta) / 2 * term - n * alpha * beta * before) / (n + 1)
        term, before = following, term
        total += term / (1 - 4 * (n + 1) ** 2)
    return Body(4 / 3 * math.pi * a * b * c, 4 * math.pi * a * b * total)


def smallest_box(hull: Hull) -> Body:
    """Smallest of the boxes with one side on a face of the hull.

    Notes
    -----
    Seen along the normal of that face the hull is a polygon, and the smallest rectangle around
    it has a side on one of its edges. The height times the area of the polygon can only be less
    than the volume of the box: faces are tried in that order until it exceeds the best box.
    """
    normals, areas = _directions(hull)
    heights = _heights(normals, hull.points)
    least = heights * _shadows(normals, areas)
    order = np.argsort(least, kind="stable")
    sides = _best_box(
        normals[order],
        heights[order],
        least[order],
        hull.points,
        hull.normals,
        hull.triangles,
        hull.neighbors,
    )
    return box(sides)


def _directions(hull: Hull) -> tuple[FloatArray, FloatArray]:
    """Normals without their sign, each once, and the area of their triangles."""
    keys = np.rint(hull.normals / _SAME_DIRECTION).astype(np.int64)
    leading = np.argmax(keys != 0, axis=1)[:, None]
    keys *= np.sign(np.take_along_axis(keys, leading, axis=1))
    unique, first, where = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    areas = np.zeros(len(unique))
    np.add.at(areas, where.ravel(), hull.areas_mm2)
    return hull.normals[first], areas


@kernel
def _heights(normals: FloatArray, points: FloatArray) -> FloatArray:
    """Extent of the points along each normal."""
    heights = np.empty(normals.shape[0])
    for n in range(normals.shape[0]):
        low, high = np.inf, -np.inf
        for p in range(points.shape[0]):
            along = (
                normals[n, 0] * points[p, 0]
                + normals[n, 1] * points[p, 1]
                + normals[n, 2] * points[p, 2]
            )
            low, high = min(low, along), max(high, along)
        heights[n] = high - low
    return heights


@kernel
def _shadows(normals: FloatArray, areas: FloatArray) -> FloatArray:
    """Area of the body seen along each normal: half the sum over its faces."""
    shadows = np.zeros(normals.shape[0])
    for a in range(normals.shape[0]):
        for b in range(normals.shape[0]):
            cosine = (
                normals[a, 0] * normals[b, 0]
                + normals[a, 1] * normals[b, 1]
                + normals[a, 2] * normals[b, 2]
            )
            shadows[a] += areas[b] * abs(cosine) / 2
    return shadows


@kernel
def _best_box(
    directions: FloatArray,
    heights: FloatArray,
    least: FloatArray,
    points: FloatArray,
    normals: FloatArray,
    triangles: IntArray,
    neighbors: IntArray,
) -> FloatArray:
    """Sides of the smallest box over all directions; of equal ones that of smallest area."""
    best, best_area = np.inf, np.inf
    sides = np.zeros(3)
    outline = np.empty((triangles.size, 2), np.int64)
    for n in range(directions.shape[0]):
        if least[n] > best * (1 + _SAME_VOLUME):
            break
        edges = _outline(directions[n], normals, triangles, neighbors, outline)
        width, depth = _smallest_rectangle(directions[n], points, outline[:edges])
        volume = width * depth * heights[n]
        area = 2 * (width * depth + heights[n] * (width + depth))
        smaller = volume < best * (1 - _SAME_VOLUME)
        equal = volume <= best * (1 + _SAME_VOLUME)
        if smaller or (equal and area < best_area):
            best, best_area = min(volume, best), area
            sides[0], sides[1], sides[2] = width, depth, heights[n]
    return sides


@kernel
def _outline(
    direction: FloatArray,
    normals: FloatArray,
    triangles: IntArray,
    neighbors: IntArray,
    outline: IntArray,
) -> int:
    """Edges (pairs of points) between triangles seen and not seen along a direction."""
    seen = np.empty(normals.shape[0], np.bool_)
    for t in range(normals.shape[0]):
        seen[t] = (
            normals[t, 0] * direction[0]
            + normals[t, 1] * direction[1]
            + normals[t, 2] * direction[2]
        ) > 0
    edges = 0
    for t in range(triangles.shape[0]):
        if seen[t]:
            for side in range(3):
                if not seen[neighbors[t, side]]:
                    outline[edges, 0] = triangles[t, (side + 1) % 3]
                    outline[edges, 1] = triangles[t, (side + 2) % 3]
                    edges += 1
    return edges


@kernel
def _smallest_rectangle(
    direction: FloatArray, points: FloatArray, outline: IntArray
) -> tuple[float, float]:
    """Smallest rectangle with a side on one edge of the outline, seen along a direction."""
    u, v = _across(direction)
    edges = outline.shape[0]
    slot = np.full(points.shape[0], -1)
    flat = np.empty((2, 2 * edges))
    count = 0
    for e in range(edges):
        for end in range(2):
            at = outline[e, end]
            if slot[at] < 0:
                p = points[at]
                slot[at] = count
                flat[0, count] = p[0] * u[0] + p[1] * u[1] + p[2] * u[2]
                flat[1, count] = p[0] * v[0] + p[1] * v[1] + p[2] * v[2]
                count += 1
    best, best_width, best_depth = np.inf, 0.0, 0.0
    for e in range(edges):
        a, b = slot[outline[e, 0]], slot[outline[e, 1]]
        x, y = flat[0, b] - flat[0, a], flat[1, b] - flat[1, a]
        length = np.sqrt(x * x + y * y)
        if length > 0:
            width, depth = _extents(flat[:, :count], x / length, y / length)
            if width * depth < best:
                best, best_width, best_depth = width * depth, width, depth
    return best_width, best_depth


@kernel
def _across(direction: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors that complete a direction to a right-handed system."""
    axis = np.zeros(3)
    axis[np.argmin(np.abs(direction))] = 1.0
    u = np.cross(direction, axis)
    u /= np.sqrt((u * u).sum())
    return u, np.cross(direction, u)


@kernel
def _extents(flat: FloatArray, x: float, y: float) -> tuple[float, float]:
    """Extents of points, shape (2, n), along a direction of the plane and across it."""
    low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
    for p in range(flat.shape[1]):
        along = flat[0, p] * x + flat[1, p] * y
        across = flat[1, p] * x - flat[0, p] * y
        low_x, high_x = min(low_x, along), max(high_x, along)
        low_y, high_y = min(low_y, across), max(high_y, across)
    return high_x - low_x, high_y - low_y


def smallest_ellipsoid(points: FloatArray) -> Body:
    """Smallest ellipsoid around points that do not lie in a plane, shape (n, 3), in mm.

    Notes
    -----
    The dual problem of Khachiyan's algorithm: weights of the points whose second moment is the
    ellipsoid (Todd and Yildirim, Discrete Appl Math 2007;155:1731). The outermost point takes
    weight from the one with which most is gained (after Boehning, Metrika 1986;33:337). Few
    points determine the ellipsoid: it is found for some, to which those furthest outside are
    added until there are none.
    """
    scale = np.ptp(points, axis=0)  # a box of side 1 keeps the matrices well conditioned
    lifted = np.column_stack([(points - points.mean(axis=0)) / scale, np.ones(len(points))])
    active = _spanning(lifted[:, :3])
    weights = np.full(len(active), 1 / len(active))
    chosen, goal = lifted[active], 0.1  # early rounds need no precision
    for _ in range(_MOST_ROUNDS):
        inverse = np.linalg.inv(chosen.T @ (chosen * weights[:, None]))
        _improve(chosen, weights, inverse.copy(order="C"), _form(chosen, inverse), goal)
        inverse = np.linalg.inv(chosen.T @ (chosen * weights[:, None]))
        spread = _form(lifted, inverse)
        excess = float(spread.max()) / 4 - 1
        if goal == _PRECISION and excess <= _ENCLOSED:
            break
        goal = max(_PRECISION, min(goal, excess) / 10)
        far = np.argsort(-spread, kind="stable")[:_NEW_POINTS]
        far = far[spread[far] > 4 * (1 + _ENCLOSED)]
        kept = weights > 0
        active = np.concatenate([active[kept], far])
        weights = np.concatenate([weights[kept], np.zeros(far.size)])
        chosen = lifted[active]
    centered = (chosen[:, :3] - weights @ chosen[:, :3]) * scale
    form = 3 * (centered * weights[:, None]).T @ centered
    return ellipsoid(np.sqrt(np.linalg.eigvalsh(form)))


def _form(lifted: FloatArray, inverse: FloatArray) -> FloatArray:
    """Quadratic form at each point: 4 on the ellipsoid, less within."""
    spread: FloatArray = ((lifted @ inverse) * lifted).sum(axis=1)
    return spread


def _spanning(points: FloatArray) -> IntArray:
    """At most six points, the extremes along three directions of the space.

    Each direction is at right angles to the extents found before (Kumar and Yildirim, J Optim
    Theory Appl 2005;126:1).
    """
    found: list[int] = []
    basis = np.zeros((3, 3))
    for number in range(3):
        free = np.eye(3) - basis.T @ basis
        along = points @ free[np.argmax(np.diagonal(free))]
        high, low = int(along.argmax()), int(along.argmin())
        found += [high, low]
        extent = free @ (points[high] - points[low])
        basis[number] = extent / np.linalg.norm(extent)
    return np.unique(found)


@kernel
def _improve(
    lifted: FloatArray, weights: FloatArray, inverse: FloatArray, spread: FloatArray, goal: float
) -> None:
    """Move the weights until their second moment is the smallest ellipsoid, in place.

    `lifted` (n, 4) are the points and a 1, `inverse` that of their weighted second moment,
    `spread` (n,) its form at each point; `goal` is the precision of the form.
    """
    for _ in range(_MOST_STEPS):
        far, lowest = int(np.argmax(spread)), np.inf
        for p in range(weights.size):
            if weights[p] > 0:
                lowest = min(lowest, spread[p])
        if spread[far] - lowest < 4 * goal:
            break
        near, share = _partner(lifted, weights, inverse, spread, far)
        share = min(share, weights[near])
        weights[near] -= share
        weights[far] += share
        _add(lifted, inverse, spread, far, share)
        _add(lifted, inverse, spread, near, -share)


@kernel
def _partner(
    lifted: FloatArray, weights: FloatArray, inverse: FloatArray, spread: FloatArray, far: int
) -> tuple[int, float]:
    """Point that gives weight to `far` with most gain, and how much of it is best."""
    along = np.zeros(4)
    for a in range(4):
        for b in range(4):
            along[a] += inverse[a, b] * lifted[far, b]
    near, best, share = far, -1.0, 0.0
    for p in range(weights.size):
        if weights[p] > 0 and p != far:
            mixed = 0.0
            for a in range(4):
                mixed += lifted[p, a] * along[a]
            gain = spread[far] - spread[p]
            form = spread[far] * spread[p] - mixed * mixed
            part = min(gain / (2 * form), weights[p])
            rise = part * gain - part * part * form
            if rise > best:
                near, best, share = p, rise, part
    return near, share


@kernel
def _add(
    lifted: FloatArray, inverse: FloatArray, spread: FloatArray, at: int, share: float
) -> None:
    """Follow a change of one weight (Sherman and Morrison), in place."""
    along = np.zeros(4)
    for a in range(4):
        for b in range(4):
            along[a] += inverse[a, b] * lifted[at, b]
    factor = share / (1 + share * spread[at])
    for a in range(4):
        for b in range(4):
            inverse[a, b] -= factor * along[a] * along[b]
    for p in range(spread.size):
        reach = 0.0
        for a in range(4):
            reach += lifted[p, a] * along[a]
        spread[p] -= factor * reach * reach
