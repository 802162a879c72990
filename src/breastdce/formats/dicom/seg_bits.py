"""I-SPY2's analysis masks: one byte a voxel, a cleared bit means that a condition is met.

Series `ISPY2: VOLSER: ...: Analysis Mask` of the collections ISPY2 and ACRIN-6698: a SEG object
with one segment, FRACTIONAL and OCCUPANCY with a largest value of 255, which is the container only:
the byte is no fraction. TCIA's "Analysis mask files description" (v20211020; attached to wiki page
50135447) says that the masks are inverse, that 0 is a voxel of the measured FTV, and names 1 PE
threshold, 2 minimum neighbor count, 8 background, 32 manual VOI, 64 omitted regions. It was written
for the older files of single slices; in the SEG objects other bits are reported too (16 at least;
one must be the range of SER) that it does not explain. We had no object of this kind to check
against, only that document's words as others quote them. Public programs that use these objects
take 0 for the FTV, as here; they disagree about single bits. So: the FTV is certain, a single
condition is as good as that table, and unexplained bits are named by their value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.placement import locate_all
from breastdce.formats.dicom.quiet import read_quietly
from breastdce.formats.dicom.seg_frames import StoredFrame, stored_frames

CONDITIONS = {
    "pe_threshold": 1,
    "neighbor_count": 2,
    "bit_4": 4,
    "background": 8,
    "bit_16": 16,
    "voi": 32,
    "omit": 64,
    "bit_128": 128,
}
"""Name of each bit's condition; a voxel meets it where the bit is 0."""
_NOWHERE = 255  # all bits set: a slice without a frame meets no condition
_SERIES = "ANALYSIS MASK"
_TRIALS = ("ISPY2", "ACRIN-6698", "VOLSER")


@dataclass(frozen=True, slots=True, eq=False)
class BitMask:
    """The frames of an analysis mask."""

    frames: tuple[StoredFrame, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedBits:
    """An analysis mask on a grid."""

    values: NDArray[np.uint8]
    """Stored bytes, [i, j, k], Fortran order; 255 on slices without a frame."""
    grid: Grid
    frames_outside: int
    """Frames beyond the slices of the grid, left out."""
    shift_pixels: float
    """Largest in-plane shift that was snapped; 0 up to 1 the most."""

    def ftv(self) -> Mask:
        """Voxels that meet every condition: the functional tumor volume."""
        return Mask(self.values == 0, self.grid)

    def meets(self, condition: str) -> Mask:
        """Voxels that meet one of `CONDITIONS`; see the module for how certain their names are.

        Raises
        ------
        InputError
            UNKNOWN_ENTRY for another name.
        """
        bit = CONDITIONS.get(condition)
        if bit is None:
            raise InputError(
                ErrorCode.UNKNOWN_ENTRY,
                "No such condition of an analysis mask",
                evidence={"asked": condition, "known": ", ".join(CONDITIONS)},
            )
        return Mask(self.values & np.uint8(bit) == 0, self.grid)


def is_bit_mask(dataset: Dataset) -> bool:
    """Whether a segmentation's values are bits: told by the name of its series or segment."""
    if str(dataset.get("SegmentationType")) != "FRACTIONAL":
        return False
    segments: Sequence[Dataset] = dataset.get("SegmentSequence") or ()
    names = [dataset.get("SeriesDescription"), *(item.get("SegmentLabel") for item in segments)]
    words = [str(name or "").upper() for name in names]
    return any(_SERIES in text and any(trial in text for trial in _TRIALS) for text in words)


def read_bit_mask(path: Path) -> BitMask:
    """Read an analysis mask.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is another kind of segmentation, or cannot be parsed.
    """
    return read_quietly(path, lambda dataset: _bit_mask(dataset, path), pixels=True)


def place_bit_mask(mask: BitMask, grid: Grid) -> PlacedBits:
    """Put an analysis mask onto the grid of its images (RAS+ mm), slice by slice.

    Raises
    ------
    InputError
        GRID_MISMATCH as `locate_all`.
    """
    values = np.full(grid.shape, _NOWHERE, dtype=np.uint8, order="F")
    slices = locate_all([frame.plane for frame in mask.frames], grid)
    for frame, k in zip(mask.frames, slices.k, strict=True):
        if k is not None:
            values[:, :, k] = frame.values
    return PlacedBits(values, grid, slices.outside, slices.shift_pixels)


def _bit_mask(dataset: Dataset, path: Path) -> BitMask:
    if not is_bit_mask(dataset):
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "Not an analysis mask of I-SPY2",
            evidence={"file": path.name},
            remedy="Read it as a common segmentation.",
        )
    frames = stored_frames(dataset)
    if len({frame.segment for frame in frames}) > 1:
        raise ValueError("an analysis mask has one segment")
    return BitMask(frames)
