"""Cubic B-spline fields through values at scattered samples of a regular grid, axis by axis.

Lee, Wolberg and Shin 1997, IEEE TVCG 3:228, as ITK's `itkBSplineScatteredDataPointSetToImageFilter`
does it: with weights w of the 64 control points around a sample, control point c gets
sum(m w_c^3 r / sum(w^2)) / sum(m w_c^2). On a regular grid w, w^2 and w^3 are products over the
axes, so sums run row by row, then plane by plane: 4 terms a sample instead of 64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel
from breastdce.prepare.bias_field import FloatArray, knots_and_taps
from breastdce.prepare.sharpen import Circle, count, expect, itk_minimum

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Knots = tuple[Int32, Int32, Int32]
"""For each sample of an axis the first of its four control points."""
SingleTaps = tuple[Float32, Float32, Float32]
"""Weights of the four, shape (samples, 4), in the precision that the field is made in."""
_SMALL = 0.25  # nine terms of the series of exp then err by less than 1e-11 of the sum
_LEAST_WEIGHT = 0.1 * float(np.finfo(np.float32).eps)  # ITK: smaller sums are taken for zero


class Rows(NamedTuple):
    """The samples that count, row by row along i in the order of memory."""

    start: NDArray[np.int64]
    """First sample of each row, and the number of all samples."""
    j: Int32
    k: Int32
    """Where each row lies."""
    i: Int32
    """Of each sample."""


def rows_of(inside: NDArray[np.bool_]) -> Rows:
    """List the true samples of a mask, [i, j, k]."""
    rows = inside.T.reshape(-1, inside.shape[0])
    counts = np.count_nonzero(rows, axis=1)
    used = np.flatnonzero(counts)
    start = np.concatenate(([0], np.cumsum(counts[used]))).astype(np.int64)
    k, j = np.divmod(used, inside.shape[1])
    return Rows(start, j.astype(np.int32), k.astype(np.int32), np.nonzero(rows)[1].astype(np.int32))


class Images(NamedTuple):
    """Values of the samples, shape (n,)."""

    log: Float32
    """Logarithm of the signal."""
    field: Float32
    corrected: Float32
    """`log` minus `field`."""
    rest: Float32
    """What `corrected` exceeds its expectation by, times the confidence."""


class Filter(NamedTuple):
    """Sharpening, as `sharpen.expect` wants it."""

    fwhm: float
    noise: float
    circle: Circle
    expected: Float32
    """Filled for each histogram."""


@dataclass(frozen=True, slots=True, eq=False)
class Taps:
    """For each sample of the three axes: first of its four control points, and their weights."""

    knots: Knots
    weights: tuple[FloatArray, FloatArray, FloatArray]
    """Shape (samples, 4)."""

    def raised(self, power: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Powers of the weights."""
        i, j, k = (weights**power for weights in self.weights)
        return i, j, k

    def cubed_over_squares(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """w^3 / sum(w^2), the factor of a value at each control point."""
        i, j, k = (w**3 / (w**2).sum(axis=1, keepdims=True) for w in self.weights)
        return i, j, k


def taps_of(shape: tuple[int, ...], points: tuple[int, ...]) -> Taps:
    """Taps of equally spaced samples over the whole domain of a lattice, [i, j, k]."""
    i, j, k = (
        knots_and_taps(np.linspace(0.0, 1.0, samples), number)
        for samples, number in zip(shape, points, strict=True)
    )
    return Taps((i.knots, j.knots, k.knots), (i.taps, j.taps, k.taps))


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Everything of a lattice's level that does not change from iteration to iteration."""

    rows: Rows
    taps: Taps
    factors: tuple[FloatArray, FloatArray, FloatArray]
    single: SingleTaps
    share: FloatArray
    """1 / sum(m w^2) of each control point, 0 where no sample reaches it; [k, j, i]."""


def level_of(
    rows: Rows, shape: tuple[int, ...], points: tuple[int, ...], weights: Float32
) -> Level:
    """Prepare a level of the fit; `weights` are the confidences m, or empty for 1."""
    taps = taps_of(shape, points)
    total = np.zeros(points[::-1])
    confidence = weights if weights.size else np.ones(rows.i.size, np.float32)
    gather(confidence, rows, taps.knots, taps.raised(2), total)
    share = np.divide(1.0, total, out=np.zeros_like(total), where=total > _LEAST_WEIGHT)
    return Level(rows, taps, taps.cubed_over_squares(), single_taps(taps), share)


def single_taps(taps: Taps) -> SingleTaps:
    """Weights of the taps as float32."""
    i, j, k = (tap.astype(np.float32) for tap in taps.weights)
    return i, j, k


def refined(lattice: FloatArray) -> FloatArray:
    """The same field on twice as many spans: n control points become 2 n - 3 on each axis."""
    for axis in range(3):
        moved = np.moveaxis(lattice, axis, 0)
        finer = np.empty((2 * moved.shape[0] - 3, *moved.shape[1:]))
        finer[0::2] = (moved[:-1] + moved[1:]) / 2
        finer[1::2] = (moved[:-2] + 6 * moved[1:-1] + moved[2:]) / 8
        lattice = np.moveaxis(finer, 0, axis)
    return np.ascontiguousarray(lattice)


@kernel
def gather(
    values: Float32,
    rows: Rows,
    knots: Knots,
    taps: tuple[FloatArray, FloatArray, FloatArray],
    out: FloatArray,
) -> None:
    """Sum values times taps into each control point of `out`, [k, j, i]."""
    start, row_j, row_k, voxel = rows
    knot_i, knot_j, knot_k = knots
    tap_i, tap_j, tap_k = taps
    _, points_j, points_i = out.shape
    row = np.zeros(points_i, np.float64)
    plane = np.zeros((points_j, points_i), np.float64)
    out[:] = 0.0
    count = row_j.size
    for r in range(count):
        row[:] = 0.0
        held = -1
        a0, a1, a2, a3 = 0.0, 0.0, 0.0, 0.0
        for n in range(start[r], start[r + 1]):
            i = voxel[n]
            knot = knot_i[i]
            if knot != held:  # knots rise along a row: hand the four running sums over
                if held >= 0:
                    row[held] += a0
                    row[held + 1] += a1
                    row[held + 2] += a2
                    row[held + 3] += a3
                a0, a1, a2, a3 = 0.0, 0.0, 0.0, 0.0
                held = knot
            value = np.float64(values[n])
            a0 += value * tap_i[i, 0]
            a1 += value * tap_i[i, 1]
            a2 += value * tap_i[i, 2]
            a3 += value * tap_i[i, 3]
        if held >= 0:
            row[held] += a0
            row[held + 1] += a1
            row[held + 2] += a2
            row[held + 3] += a3
        j = row_j[r]
        for tap in range(4):
            weight = tap_j[j, tap]
            for c in range(points_i):
                plane[knot_j[j] + tap, c] += weight * row[c]
        k = row_k[r]
        if r == count - 1 or row_k[r + 1] != k:
            for tap in range(4):
                weight = tap_k[k, tap]
                for b in range(points_j):
                    for c in range(points_i):
                        out[knot_k[k] + tap, b, c] += weight * plane[b, c]
            plane[:] = 0.0


@kernel
def residual(
    values: Float32, low: np.float32, slope: np.float32, expected: Float32, out: Float32
) -> None:
    """What each value exceeds its expectation by; beyond the last bin that of the last holds."""
    last = expected.size - 1
    for n in range(values.size):
        place = (values[n] - low) / slope
        bin_ = int(place)
        if place >= 0 and bin_ < last:
            step = expected[bin_ + 1] - expected[bin_]
            out[n] = values[n] - (expected[bin_] + step * (place - np.float32(bin_)))
        else:
            out[n] = values[n] - expected[last]


@kernel
def update(
    lattice: Float32,
    rows: Rows,
    knots: Knots,
    taps: SingleTaps,
    images: Images,
    as_itk: bool,
) -> tuple[float, float, float]:
    """Put a lattice's field at the samples into `field`, and `log` minus it into `corrected`.

    Returns smallest and largest corrected value, and the coefficient of variation of the ratio of
    old and new field. `as_itk`: by ITK's running moments in float32, whose rounding drifts where
    there are many samples and which then decides the number of iterations.
    """
    start, row_j, row_k, voxel = rows
    knot_i, knot_j, knot_k = knots
    tap_i, tap_j, tap_k = taps
    log, field, corrected, _ = images
    _, points_j, points_i = lattice.shape
    plane = np.zeros((points_j, points_i), np.float32)
    row = np.zeros(points_i, np.float32)
    # A row is done in steps: each alone keeps the core busier than all in one.
    changes = np.empty(knot_i.size, np.float64)
    low, high = np.float32(np.inf), np.float32(-np.inf)
    total, square, count = 0.0, 0.0, 0
    mean, spread = np.float32(0.0), np.float32(0.0)
    held = -1
    for r in range(row_j.size):
        k = row_k[r]
        if k != held:
            held = k
            q = knot_k[k]
            for b in range(points_j):
                for c in range(points_i):
                    plane[b, c] = (
                        tap_k[k, 0] * lattice[q, b, c]
                        + tap_k[k, 1] * lattice[q + 1, b, c]
                        + tap_k[k, 2] * lattice[q + 2, b, c]
                        + tap_k[k, 3] * lattice[q + 3, b, c]
                    )
        j = row_j[r]
        q = knot_j[j]
        for c in range(points_i):
            row[c] = (
                tap_j[j, 0] * plane[q, c]
                + tap_j[j, 1] * plane[q + 1, c]
                + tap_j[j, 2] * plane[q + 2, c]
                + tap_j[j, 3] * plane[q + 3, c]
            )
        first, last = start[r], start[r + 1]
        for n in range(first, last):
            i = voxel[n]
            q = knot_i[i]
            new = (
                tap_i[i, 0] * row[q]
                + tap_i[i, 1] * row[q + 1]
                + tap_i[i, 2] * row[q + 2]
                + tap_i[i, 3] * row[q + 3]
            )
            changes[n - first] = np.float32(field[n] - new)
            field[n] = new
            value = np.float32(log[n] - new)
            corrected[n] = value
            low, high = min(low, value), max(high, value)
        step = changes[: last - first]
        _expm1(step)
        if as_itk:
            mean, spread = _running(step, count, mean, spread)
        else:
            for n in range(step.size):
                total += step[n]
                square += step[n] * step[n]
        count += step.size
    if count < 2:
        return float(low), float(high), 0.0
    if as_itk:
        change = math.sqrt(np.float64(spread) / (count - 1.0)) / np.float64(mean)
        return float(low), float(high), float(change)
    variance = max(0.0, (square - total * total / count) / (count - 1.0))
    return float(low), float(high), math.sqrt(variance) / (1.0 + total / count)


@kernel
def _expm1(values: FloatArray) -> None:
    """exp(x) - 1 in place: by its series where all are small, which costs less."""
    large = 0
    for n in range(values.size):
        large += abs(values[n]) >= _SMALL
    if large == 0:
        for n in range(values.size):
            x = values[n]
            e = x * (1 / 40320) + 1 / 5040
            e = ((((e * x + 1 / 720) * x + 1 / 120) * x) + 1 / 24) * x
            values[n] = (((e + 1 / 6) * x + 1 / 2) * x + 1.0) * x
    else:
        for n in range(values.size):
            values[n] = math.expm1(values[n])


@kernel
def _running(
    changes: FloatArray, before: int, mean: np.float32, spread: np.float32
) -> tuple[np.float32, np.float32]:
    """Go on with ITK's running mean of 1 + change, and sum of squares around it, after `before`."""
    for n in range(changes.size):
        ratio = np.float32(1.0 + changes[n])
        count = float(before + n + 1)
        rest = 1.0 - 1.0 / count
        if count > 1.0:
            apart = np.float32(ratio - mean)
            more = np.float64(np.float32(apart * apart)) * rest
            spread = np.float32(np.float64(spread) + more)
        mean = np.float32(
            np.float64(mean) * rest + np.float64(np.float32(ratio / np.float32(count)))
        )
    return mean, spread


@kernel
def sharpened_residual(
    images: Images,
    weights: Float32,
    counts: NDArray[np.generic],
    limits: tuple[np.float32, np.float32],
    how: Filter,
    as_itk: bool,
) -> bool:
    """Sharpen the histogram of what is corrected and put its residual into `rest`.

    False, and nothing is done, where all values are alike.
    """
    low, high = limits
    corrected, rest = images.corrected, images.rest
    slope = np.float32((high - low) / np.float32(counts.size - 1))
    if not slope > 0:
        return False
    if as_itk and corrected[0] == low:
        low = np.float32(itk_minimum(corrected))
        slope = np.float32((high - low) / np.float32(counts.size - 1))
    count(corrected, low, slope, counts)
    expect(counts, float(low), float(slope), how.fwhm, how.noise, how.circle, how.expected)
    residual(corrected, low, slope, how.expected, rest)
    for n in range(weights.size):
        rest[n] *= weights[n]
    return True


@kernel
def run_level(
    lattice: FloatArray,
    share: FloatArray,
    rows: Rows,
    knots: Knots,
    factors: tuple[FloatArray, FloatArray, FloatArray],
    single: SingleTaps,
    images: Images,
    weights: Float32,
    counts: NDArray[np.generic],
    limits: tuple[np.float32, np.float32],
    how: Filter,
    most: int,
    threshold: float,
    as_itk: bool,
) -> tuple[int, float, float]:
    """Iterate N4 on one lattice, [k, j, i], in place.

    Returns the number of iterations, and smallest and largest corrected value.
    """
    step = np.empty_like(lattice)
    for iteration in range(most):
        if not sharpened_residual(images, weights, counts, limits, how, as_itk):
            return iteration, float(limits[0]), float(limits[1])
        gather(images.rest, rows, knots, factors, step)
        for k, j, i in np.ndindex(lattice.shape):
            lattice[k, j, i] += step[k, j, i] * share[k, j, i]
        low, high, change = update(lattice.astype(np.float32), rows, knots, single, images, as_itk)
        limits = (np.float32(low), np.float32(high))
        if not change > threshold:
            return iteration + 1, float(limits[0]), float(limits[1])
    return most, float(limits[0]), float(limits[1])
