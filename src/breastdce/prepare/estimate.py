"""Estimation of a bias field from samples: N4, and N3 before it.

N4: Tustison et al. 2010, IEEE TMI 29:1310, as ITK does it: each iteration fits the residual of the
corrected image and adds to the field, over levels of finer and finer lattices. N3: Sled, Zijdenbos
and Evans 1998, IEEE TMI 17:87, as that paper of Tustison describes it beside N4: each iteration
fits the residual of the original image anew, on one lattice, by least squares with a penalty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from breastdce.prepare.bending import least_squares
from breastdce.prepare.bias_field import FloatArray, basis
from breastdce.prepare.scattered_fit import (
    Filter,
    Float32,
    Images,
    Knots,
    Level,
    Rows,
    SingleTaps,
    gather,
    level_of,
    refined,
    rows_of,
    run_level,
    sharpened_residual,
    single_taps,
    taps_of,
    update,
)
from breastdce.prepare.sharpen import Sharpening, circle


class Course(NamedTuple):
    """When to stop."""

    iterations: tuple[int, ...]
    """Most iterations per level."""
    threshold: float
    """A level ends when the field changes by no more: coefficient of variation of the ratio."""
    as_itk: bool
    """Histogram, smallest value and change in ITK's float32 arithmetic, which decides the number of
    iterations; else in float64."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A log field and how it came about."""

    lattice: FloatArray
    """Control points, [i, j, k]."""
    iterations: tuple[int, ...]
    """Done per level."""
    mean: float
    """Mean of the log field over the samples that it was learned from; 0 where there are none."""


def estimate_n4(
    samples: Float32,
    inside: NDArray[np.bool_],
    points: tuple[int, int, int],
    sharpening: Sharpening,
    course: Course,
    weights: Float32 | None = None,
) -> Estimate:
    """Estimate the logarithm of a bias field by N4.

    Parameters
    ----------
    samples
        Signal, float32, [i, j, k], Fortran order. Values that are not positive count as 1, as in
        ITK; leave them out of `inside` to leave them out.
    inside
        Which samples are learned from.
    points
        Control points per axis at the first level, at least 4.
    weights
        Confidence in each sample, not negative, or None for 1; 0 leaves a sample out.

    Notes
    -----
    The mapping of samples to lattice is by index, from the first (0) to the last (1) of each axis.
    One thread, and sums in the order of memory: equal input gives equal bits.
    """
    work = _Work.begin(samples, inside, weights, sharpening, as_itk=course.as_itk)
    lattice = np.zeros(points[::-1])
    done: list[int] = []
    for number, most in enumerate(course.iterations):
        if number:
            lattice = refined(lattice)
        level = level_of(work.rows, samples.shape, lattice.shape[::-1], work.weights)
        done.append(work.run(lattice, level, most, course.threshold))
    return Estimate(np.ascontiguousarray(lattice.T), tuple(done), work.mean())


def estimate_n3(
    samples: Float32,
    inside: NDArray[np.bool_],
    points: tuple[int, int, int],
    spans_mm: tuple[float, float, float],
    smoothing: float,
    sharpening: Sharpening,
    course: Course,
) -> Estimate:
    """Estimate the logarithm of a bias field by N3; parameters as `estimate_n4`.

    Parameters
    ----------
    points
        Control points per axis.
    spans_mm
        Distance of control points per axis.
    smoothing
        Weight of the field's bending energy, per volume of the domain in mm, against the mean
        squared residual; the energy's unit is mm^-4.
    course
        `iterations` holds one number.
    """
    work = _Work.begin(samples, inside, None, sharpening, as_itk=course.as_itk)
    if work.rows.i.size == 0:
        return Estimate(np.zeros(points), (0,), 0.0)
    taps = taps_of(samples.shape, points)
    single = single_taps(taps)
    i, j, k = (
        basis(np.linspace(0.0, 1.0, samples_), number)
        for samples_, number in zip(samples.shape, points, strict=True)
    )
    solve = least_squares(inside, (i, j, k), spans_mm, smoothing)
    sums = np.empty(points[::-1])
    lattice = np.zeros(points[::-1])
    done = 0
    while done < course.iterations[0] and work.residual():
        work.rest += work.field  # of the original image, not of the corrected one
        gather(work.rest, work.rows, taps.knots, taps.weights, sums)
        lattice = (solve @ sums.ravel()).reshape(lattice.shape)
        done += 1
        if not work.apply(lattice, taps.knots, single) > course.threshold:
            break
    return Estimate(np.ascontiguousarray(lattice.T), (done,), work.mean())


@dataclass(slots=True, eq=False)
class _Work:
    """The samples that are learned from, and what changes with each iteration."""

    rows: Rows
    log: Float32
    weights: Float32
    """Empty where all count alike."""
    sharpening: Sharpening
    as_itk: bool
    field: Float32
    corrected: Float32
    rest: Float32
    counts: NDArray[np.generic]
    low: np.float32
    high: np.float32

    @classmethod
    def begin(
        cls,
        samples: Float32,
        inside: NDArray[np.bool_],
        weights: Float32 | None,
        sharpening: Sharpening,
        *,
        as_itk: bool,
    ) -> Self:
        """Take the logarithm of what counts, in the order of memory."""
        if weights is not None:
            inside = inside & (weights > 0)
        log = samples.T[inside.T]
        np.log(log, out=log, where=log > 0)
        return cls(
            rows=rows_of(inside),
            log=log,
            weights=np.empty(0, np.float32) if weights is None else weights.T[inside.T],
            sharpening=sharpening,
            as_itk=as_itk,
            field=np.zeros_like(log),
            corrected=log.copy(),
            rest=np.empty_like(log),
            counts=np.zeros(sharpening.bins, np.float32 if as_itk else np.float64),
            low=log.min(initial=np.float32(np.inf)),
            high=log.max(initial=np.float32(-np.inf)),
        )

    def run(self, lattice: FloatArray, level: Level, most: int, threshold: float) -> int:
        """Improve a lattice, [k, j, i], in place; return the number of iterations."""
        done, low, high = run_level(
            lattice, level.share, self.rows, level.taps.knots, level.factors, level.single,
            self.images(), self.weights, self.counts, self.limits(), self.filter(),
            most, threshold, self.as_itk,
        )  # fmt: skip
        self.low, self.high = np.float32(low), np.float32(high)
        return done

    def residual(self) -> bool:
        """Put what exceeds its expectation into `rest`, unless all values are alike."""
        return sharpened_residual(
            self.images(), self.weights, self.counts, self.limits(), self.filter(), self.as_itk
        )

    def apply(self, lattice: FloatArray, knots: Knots, taps: SingleTaps) -> float:
        """Correct by a lattice; return how much the field has changed."""
        low, high, change = update(
            lattice.astype(np.float32), self.rows, knots, taps, self.images(), self.as_itk
        )
        self.low, self.high = np.float32(low), np.float32(high)
        return change

    def images(self) -> Images:
        """What the kernels work on."""
        return Images(self.log, self.field, self.corrected, self.rest)

    def limits(self) -> tuple[np.float32, np.float32]:
        """Smallest and largest corrected value: float32, limits in float64 lose the largest."""
        return self.low, self.high

    def filter(self) -> Filter:
        """How the kernels sharpen."""
        how = self.sharpening
        return Filter(how.fwhm, how.noise, circle(how.bins), np.empty(how.bins, np.float32))

    def mean(self) -> float:
        """Mean of the field."""
        return float(self.field.mean(dtype=np.float64)) if self.field.size else 0.0
