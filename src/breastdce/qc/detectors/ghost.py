"""Ghosts: copies of tissue that moves or pulsates, shifted along the phase-encode direction.

Signal that changes periodically while k-space is filled comes back as weaker copies at regular
distances. In front of the body there should be nothing but noise: what correlates there with the
image of the body, shifted by one certain distance, is a ghost. All shifts along both axes of the
slice are tried.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.imaging.anatomical import coarse_view
from breastdce.imaging.components import connected_parts
from breastdce.imaging.kernel import read_only
from breastdce.imaging.moving_mean import box_mean, moving_mean
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._ghost_loops import apart
from breastdce.qc.detectors._signal import Array, Voxel, axis_word
from breastdce.qc.exam import QcExam
from breastdce.qc.regions import native_mask

_MOST_VOXELS = 1_500_000  # of every so many slices
_LEAST_MM = 15.0  # of shift: nearer than that are blur and ringing of the skin
_BLOCK_MM = 3.0
_MARGIN = 4  # blocks in front of the body
_DARK = 0.4  # of the tissue's median: what is darker may be a strong ghost
LEAST_AIR = 6000
"""Voxels; structure that a few of them share by chance looks like a ghost."""
_FEW_SHIFTS = 16
_SIGMAS = 3.0
_BROAD = 13  # voxels of a mean, taken twice: smoother than that is shading
_LEAST_SHARE = np.float32(1e-3)  # of the voxels near a voxel that are of its region
_TOP = 99.8
Complex = NDArray[np.complex64]


def find(exam: QcExam) -> Finding:
    """Look for the shift at which the air looks most like the body."""
    step = -(-exam.triple.pre.data.size // _MOST_VOXELS)
    air = clear_air(exam)[:, :, ::step]
    if np.count_nonzero(air) < LEAST_AIR:
        return Finding(score=0.0, words="Too little air in the field to look for ghosts.")
    chance = _SIGMAS / float(np.sqrt(np.count_nonzero(air)))
    best = (0.0, 0, 0, 0)
    along = [air_along(air, axis) for axis in (0, 1)]
    for number, phase in enumerate(exam.native.phases):
        power = _power(phase.data[:, :, ::step])
        for axis in (0, 1):
            least = int(_LEAST_MM / exam.grid.spacing_mm[axis])
            score, shift = _peak(shifted_likeness(power, along[axis]), least, chance)
            best = max(best, (score, number, axis, shift))
    score, number, axis, shift = best
    if score == 0:
        return Finding(score=0.0)
    image = exam.native.phases[number].data[:, :, ::step]
    i, j, k = _place(image, air, axis, shift)
    return Finding(
        score=score,
        phases=(number,),
        voxel=(i, j, k * step),
        words=f"A copy of tissue shifted by {shift * exam.grid.spacing_mm[axis]:.0f} mm along "
        f"{axis_word(exam.grid, axis)} in phase {number}.",
    )


def clear_air(exam: QcExam) -> NDArray[np.bool_]:
    """Air in front of the body, clear of it, as far as ghosts do not hide where the body ends.

    `QcExam.outside` splits air and tissue as well as can be; strong ghosts are tissue by that
    level. Here the level is nearer to tissue, which is right in front, where the skin is bright.
    """
    coarse = coarse_view(exam.triple.pre, _BLOCK_MM)
    level = exam.outside.level
    tissue = coarse.data[coarse.data > level]
    if tissue.size:
        level = max(level, _DARK * float(np.median(tissue)))
    parts = connected_parts(np.asarray(coarse.data > level), 6)
    body = parts.labels == 1
    filled = np.logical_or.accumulate(body[:, ::-1], axis=1)[:, ::-1]
    return native_mask(~_grown(filled), exam.grid, coarse).data


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy import ndimage

    return np.asarray(ndimage.binary_dilation(mask, iterations=_MARGIN))


class Air(NamedTuple):
    """Air, and what every phase needs of it along one axis of the slice."""

    axis: int
    clear: NDArray[np.bool_]
    weights: tuple[Array, Array]
    """Voxels nearby along the axis, per one of air and per one of the rest."""
    spectrum: Complex
    """Of `clear` along the axis, [k, j, i] but for the axis, which holds frequencies."""


def air_along(clear: NDArray[np.bool_], axis: int) -> Air:
    """Prepare the air; `clear` [i, j, k] as our images lie in memory."""
    flat = np.asarray(clear, np.float32, order="F")
    share = _smooth(flat, axis)
    weights = _inverse(share), _inverse(np.float32(1) - share)
    return Air(axis, read_only(clear.T).T, weights, _spectrum(flat, axis))


def _inverse(share: Array) -> Array:
    return np.asarray(1 / np.maximum(share, _LEAST_SHARE), np.float32)


def shifted_likeness(power: Array, air: Air) -> NDArray[np.float64]:
    """Correlation of the air with the body moved by 0, 1, 2, ... voxels along an axis, circular.

    `power` is squared signal: in the square of a magnitude, noise adds a constant and no more.
    From both regions their own smooth part along the axis is taken.
    """
    from scipy import fft

    axis, size = air.axis, power.shape[air.axis]
    bright = _smooth(power * air.clear, axis)
    per_air, per_rest = (read_only(weight.T) for weight in air.weights)
    smooth = read_only(_smooth(power, axis).T)
    image, clear = read_only(power.T), read_only(air.clear.T)
    ghost, source, squares = apart(image, smooth, read_only(bright.T), per_air, per_rest, clear)
    spectra = [_spectrum(part.T, axis) for part in (ghost, source, squares)]
    product = fft.irfft(_cross_power(spectra[0], spectra[1], axis), size)
    seen = fft.irfft(_cross_power(air.spectrum, spectra[2], axis), size)
    total, most = float(np.square(ghost).sum()), float(seen.max())
    if total <= 0 or most <= 0:
        return np.zeros(size)
    scale = np.sqrt(np.maximum(seen, 1e-6 * most).astype(np.float64) * total)
    return np.asarray(product / scale, np.float64)


def _spectrum(part: Array, axis: int) -> Complex:
    from scipy import fft

    return np.asarray(fft.rfft(part.T, axis=2 - axis))


def _cross_power(one: Complex, other: Complex, axis: int) -> Complex:
    """Sum over lines of one spectrum times the conjugate of another."""
    lines = "kfi,kfi->f" if axis else "kjf,kjf->f"
    return np.asarray(np.einsum(lines, one, other.conj()))


def _power(image: Array) -> Array:
    top = float(np.percentile(image, _TOP)) or 1.0
    return np.asarray(np.square(np.minimum(image / np.float32(top), 1)), np.float32)


def _smooth(image: Array, axis: int) -> Array:
    """Means weighted by a triangle, of a standard deviation of 5 voxels, circular."""
    return moving_mean(moving_mean(image, _BROAD, axis, "wrap"), _BROAD, axis, "wrap")


def _peak(likeness: NDArray[np.float64], least: int, chance: float) -> tuple[float, int]:
    """Largest correlation, less what noise reaches by chance, and its shift."""
    usable = likeness[least : likeness.size - least]
    if usable.size < _FEW_SHIFTS:
        return 0.0, 0
    shift = int(usable.argmax()) + least
    return max(0.0, float(likeness[shift]) - chance), min(shift, likeness.size - shift)


def _place(image: Array, air: NDArray[np.bool_], axis: int, shift: int) -> Voxel:
    """Brightest place of the air, smoothed, that has tissue one shift away."""
    smooth = box_mean(image, (5, 5))
    source = np.maximum(np.roll(smooth, shift, axis), np.roll(smooth, -shift, axis))
    weight = np.where(air, smooth * source, -1)
    i, j, k = np.unravel_index(int(weight.argmax()), weight.shape)
    return int(i), int(j), int(k)


DETECTOR = Detector(
    "ghost",
    "Ghosts",
    CaveatCode.GHOSTING,
    0.05,
    "Correlation of the squared signal of the air in front of the body with that of the body, "
    "shifted along an axis of the slice, at most, less 3 over the root of the number of air "
    "voxels (own measure; ghosts are sought in the air as by Giannelli et al., J Appl Clin Med "
    "Phys 2010;11(4), in MRIQC).",
    find,
)
