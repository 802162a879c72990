"""A digital breast phantom: images as a scanner would give them, and everything true of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.testing import definitions
from breastdce.testing.anatomy import label_map, tissue_shares
from breastdce.testing.curves import CURVES, LESION, Tissue
from breastdce.testing.params import PhantomParams, checked
from breastdce.testing.scanner import acquire, coil_shading
from breastdce.testing.shapes import Array, smooth_noise


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a phantom; every array [i, j, k] on `grid`.

    PE, SER and FTV are of phases 0, 1 and 2, from noise-free signal. A factor common to all
    phases leaves PE and SER as they are, but not the comparison with `background`, so FTV is of
    the shaded signal, in the units of the images.
    """

    grid: Grid
    labels: NDArray[np.uint8]
    """Tissue with the largest share, values of `Tissue`."""
    phases: tuple[Array, ...]
    """Noise-free, unshaded signal."""
    shading: Array
    uniform: NDArray[np.bool_]
    """Nothing but fat: one signal value in every phase."""
    pe: Array
    """Percent; NaN where undefined (air). Likewise `ser`; empty with fewer than three phases."""
    ser: Array
    ftv: NDArray[np.bool_]
    background: int
    """Least shaded pre-contrast signal for FTV."""
    pe_percent: float
    min_neighbors: int

    @property
    def lesion(self) -> NDArray[np.bool_]:
        """The main lesion."""
        return np.isin(self.labels, LESION)

    @property
    def satellite(self) -> NDArray[np.bool_]:
        """The focus within 2 cm of the main lesion."""
        return np.asarray(self.labels == Tissue.SATELLITE)

    @property
    def stray(self) -> NDArray[np.bool_]:
        """The focus farther than 2 cm from the main lesion."""
        return np.asarray(self.labels == Tissue.STRAY)


@dataclass(frozen=True, slots=True)
class Phantom:
    """The measured phases and their truth."""

    images: tuple[Array, ...]
    """Shaded, noisy magnitude, float32 [i, j, k], one a phase."""
    truth: Truth


def make_phantom(
    grid: Grid, times_s: Sequence[float], params: PhantomParams, rng: np.random.Generator
) -> Phantom:
    """Make a phantom.

    Parameters
    ----------
    grid
        Where to sample; RAS+ mm, see `anatomy` for what lies where.
    times_s
        Effective time of each phase in seconds after injection; the first before it (negative).
    params
        Anatomy, imaging, thresholds.
    rng
        Source of all randomness: the same state gives the same arrays.

    Raises
    ------
    InputError
        CALL_INVALID when a parameter is out of its bounds.
    """
    params = checked(params)
    shares = tissue_shares(grid, params, rng)
    phases = _signals(grid, shares, times_s, rng)
    uniform = shares[Tissue.FAT] == 1
    shading = coil_shading(grid, uniform, params.shading_cv)
    truth = _truth(grid, label_map(shares), phases, shading, uniform, params)
    images = tuple(acquire(phase, shading, params.noise_sd, rng) for phase in phases)
    return Phantom(images, truth)


def _signals(
    grid: Grid, shares: Array, times_s: Sequence[float], rng: np.random.Generator
) -> tuple[Array, ...]:
    """Noise-free signal of each phase: tissues add by their share of the voxel."""
    mottle = np.clip(smooth_noise(grid, rng, (3, 3, 3)), -2.5, 2.5)
    patches = np.clip(smooth_noise(grid, rng, (7, 7, 7)), -2.5, 2.5)
    phases = [np.zeros(grid.shape, np.float32) for _ in times_s]
    for tissue, curve in CURVES.items():
        if not shares[tissue].any():
            continue
        baseline = shares[tissue] * curve.baseline * (1 + curve.mottle * mottle)
        patchy = 1 + curve.patchiness * patches
        for index, time_s in enumerate(times_s):
            phases[index] += baseline * (1 + curve.enhancement(time_s) * patchy)
    return tuple(phases)


def _truth(
    grid: Grid,
    labels: NDArray[np.uint8],
    phases: tuple[Array, ...],
    shading: Array,
    uniform: NDArray[np.bool_],
    params: PhantomParams,
) -> Truth:
    background = definitions.background_threshold(phases[0] * shading)
    empty = np.full(grid.shape, np.nan, np.float32)
    pe, ser, ftv = empty, empty, np.zeros(grid.shape, bool)
    if len(phases) > 2:
        pre, post1, post2 = phases[:3]
        pe = definitions.percent_enhancement(pre, post1)
        ser = definitions.signal_enhancement_ratio(pre, post1, post2)
        ftv = definitions.functional_tumor_volume(
            pre * shading,
            post1 * shading,
            post2 * shading,
            background=background,
            pe_percent=params.pe_percent,
            min_neighbors=params.min_neighbors,
        )
    return Truth(
        grid=grid,
        labels=labels,
        phases=phases,
        shading=shading,
        uniform=uniform,
        pe=pe,
        ser=ser,
        ftv=ftv,
        background=background,
        pe_percent=params.pe_percent,
        min_neighbors=params.min_neighbors,
    )
