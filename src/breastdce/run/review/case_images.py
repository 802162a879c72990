"""What is shown of an exam: its images and masks, all on the grid of the prepared images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_grid, read_mask, read_volume
from breastdce.imaging.resample import Edge, linear, nearest, positions
from breastdce.run.review.ledger import unknown

_STEPS = 65_534  # of int16, one less than there are: symmetric about 0
_PRE, _POST1, _POST2 = 0, 1, 2
Voxel = tuple[int, int, int]


class StoredVolume(NamedTuple):
    """An image in 16 bits: value = stored * slope + intercept."""

    data: NDArray[np.int16]
    """[i, j, k], Fortran order."""
    slope: float
    intercept: float


class VolumeNote(NamedTuple):
    """What an image is."""

    label: str
    unit: str


VOLUMES = {
    "post1": VolumeNote("First post-contrast", "z"),
    "pre": VolumeNote("Pre-contrast", "z"),
    "post2": VolumeNote("Second post-contrast", "z"),
    "sub1": VolumeNote("First post-contrast minus pre-contrast", "z"),
    "sub2": VolumeNote("Second post-contrast minus pre-contrast", "z"),
    "pe": VolumeNote("Percent enhancement", "%"),
    "ser": VolumeNote("Signal enhancement ratio", ""),
}
"""Images that can be shown, the one to open with first."""
_PHASES = {"pre": _PRE, "post1": _POST1, "post2": _POST2}
_SUBTRACTIONS = {"sub1": _POST1, "sub2": _POST2}
_MAPS: dict[str, Callable[[Path, ExamId], Path]] = {"pe": layout.pe_map, "ser": layout.ser_map}
MASKS = {
    "ftv": MaskName.FTV,
    "stv-candidate": MaskName.STV_CANDIDATE,
    "stv-auto": MaskName.STV_AUTO,
    "breast": MaskName.BREAST,
}
"""Masks of the data set that can be shown; the expert's is in the ledger."""


class CaseImages:
    """The images of one exam of a data set."""

    def __init__(self, out: Path, exam: ExamId) -> None:
        self._out, self._exam = out, exam
        self.grid: Grid = read_grid(layout.image(out, exam, _PRE))
        """Of everything that is shown."""

    def volume(self, name: str) -> StoredVolume:
        """An image in 16 bits; errors as `values`."""
        return stored(self.values(name).data)

    def values(self, name: str) -> Volume:
        """An image by its name in `VOLUMES`; maps by linear interpolation.

        Raises
        ------
        InputError
            UNKNOWN_ENTRY for another name; as `read_volume`.
        """
        if name in _PHASES:
            return self._phase(_PHASES[name])
        if name in _SUBTRACTIONS:
            later = self._phase(_SUBTRACTIONS[name])
            return later.with_data(later.data - self._phase(_PRE).data)
        if name in _MAPS:
            native = read_volume(_MAPS[name](self._out, self._exam))
            return linear(native, self.grid, Edge.EXTEND)
        raise unknown("image", name)

    def mask_names(self) -> list[str]:
        """Masks that there are, of `MASKS`."""
        return [name for name, kind in MASKS.items() if self._mask_path(kind).exists()]

    def mask(self, name: str) -> Mask:
        """A mask by its name in `MASKS`, of the native grid by the nearest voxel.

        Raises
        ------
        InputError
            UNKNOWN_ENTRY for another name, or where there is none; as `read_mask`.
        """
        if name not in self.mask_names():
            raise unknown("mask", name)
        found = read_mask(self._mask_path(MASKS[name]))
        # The grid of the images, to the last bit: what is made of the mask carries their header.
        if found.grid.matches(self.grid):
            return Mask(found.data, self.grid)
        return nearest(found, self.grid, Edge.ITK)

    def empty(self) -> Mask:
        """A mask without a voxel."""
        return Mask(np.zeros(self.grid.shape, np.bool_, order="F"), self.grid)

    def _phase(self, index: int) -> Volume:
        return read_volume(layout.image(self._out, self._exam, index))

    def _mask_path(self, name: MaskName) -> Path:
        return layout.mask(self._out, self._exam, name)


class Curves:
    """The raw signal of all phases of an exam, to look voxels up in."""

    def __init__(self, out: Path, exam: ExamId, n_phases: int, shown: Grid) -> None:
        phases = [read_volume(layout.native_image(out, exam, index)) for index in range(n_phases)]
        self._phases = [_compact(phase.data) for phase in phases]
        native = phases[0].grid
        self._where = [
            np.clip(np.floor(at + 0.5), 0, size - 1).astype(np.intp)
            for at, size in zip(positions(native, shown), native.shape, strict=True)
        ]

    def at(self, voxel: Voxel) -> tuple[float, ...]:
        """Signal in time, of the native voxel nearest to one of the shown grid.

        Raises
        ------
        InputError
            UNKNOWN_ENTRY for a voxel outside.
        """
        if not all(0 <= n < len(at) for n, at in zip(voxel, self._where, strict=True)):
            raise unknown("voxel", list(voxel))
        i, j, k = (at[n] for n, at in zip(voxel, self._where, strict=True))
        return tuple(float(phase[i, j, k]) for phase in self._phases)


def stored(values: NDArray[np.float32]) -> StoredVolume:
    """An image in 16 bits over its whole range; what is not finite is taken for 0."""
    if not np.isfinite(values).all():
        values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    slope = (high - low) / _STEPS or 1.0
    intercept = (high + low) / 2
    steps = values - np.float32(intercept)
    steps *= np.float32(1 / slope)
    np.rint(steps, out=steps)
    np.clip(steps, -_STEPS // 2, _STEPS // 2, out=steps)
    return StoredVolume(np.asfortranarray(steps, dtype=np.int16), slope, intercept)


def _compact(data: NDArray[np.float32]) -> NDArray[np.float32] | NDArray[np.int16]:
    """Half the memory where the signal is of whole numbers that fit."""
    if data.min() < -32_768 or data.max() > 32_767:
        return data
    whole = data.astype(np.int16)
    return whole if np.array_equal(whole, data) else data
