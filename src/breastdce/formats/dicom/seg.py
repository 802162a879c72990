"""DICOM segmentations: one stack of binary frames a segment, placed by position.

A frame exists only where a segment is not empty, segments may overlap, and FRACTIONAL objects of
the I-SPY1 producer hold 0 and 255 only: any value above 0 is inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.named import choose
from breastdce.formats.dicom.placement import Plane, locate_all
from breastdce.formats.dicom.quiet import read_quietly
from breastdce.formats.dicom.seg_bits import is_bit_mask
from breastdce.formats.dicom.seg_frames import StoredFrame, stored_frames


@dataclass(frozen=True, slots=True, eq=False)
class SegFrame:
    """One slice of one segment."""

    plane: Plane
    inside: NDArray[np.bool_]
    """Indexed [i, j] (column, row)."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment: the slices where it is not empty."""

    number: int
    frames: tuple[SegFrame, ...]
    label: str = ""
    """SegmentLabel, to choose by; not for publication."""


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A DICOM segmentation object."""

    segments: tuple[Segment, ...]
    """In order of their numbers; a segment without frames is empty."""
    content_label: str
    """ContentLabel, upper case; not for publication."""
    fractions: bool
    """Whether there are values between 0 and the largest possible one."""
    bits: bool = False
    """Whether the values are I-SPY2's bits, where 0 is inside: see `seg_bits`."""

    def segment(self, which: int | str) -> Segment:
        """One segment by number or by label (case and blanks around it do not matter).

        Raises
        ------
        InputError
            UNKNOWN_ENTRY when there is none, or several have the label.
        """
        numbered = [(part.number, part.label, part) for part in self.segments]
        return choose(numbered, which, what="segment", name="label")

    @property
    def frame_count(self) -> int:
        """Frames of all segments."""
        return sum(len(segment.frames) for segment in self.segments)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedSegment:
    """A segment on a grid."""

    mask: Mask
    frames_outside: int
    """Frames beyond the slices of the grid, left out."""
    shift_pixels: float
    """Largest in-plane shift that was snapped; 0 up to 1 the most."""


def read_seg(path: Path) -> Segmentation:
    """Read a DICOM segmentation, BINARY or FRACTIONAL, in any transfer syntax that decodes.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is not a segmentation or cannot be parsed.
    """
    return read_quietly(path, segmentation, pixels=True)


def place_segment(segment: Segment, grid: Grid) -> PlacedSegment:
    """Put a segment's frames onto a grid, each on the slice nearest to its position.

    Parameters
    ----------
    segment
        Frames with their geometry, LPS mm.
    grid
        Grid of the source images, RAS+ mm.

    Returns
    -------
    PlacedSegment
        Shifts below one pixel in plane are snapped; slices without a frame are empty.

    Raises
    ------
    InputError
        GRID_MISMATCH when a frame's size, direction or spacing disagrees with the grid, it is
        shifted by a pixel or more, or two frames fall on one slice.
    """
    inside = np.zeros(grid.shape, dtype=np.bool_, order="F")
    slices = locate_all([frame.plane for frame in segment.frames], grid)
    for frame, k in zip(segment.frames, slices.k, strict=True):
        if k is not None:
            inside[:, :, k] = frame.inside
    return PlacedSegment(Mask(inside, grid), slices.outside, slices.shift_pixels)


def segmentation(dataset: Dataset) -> Segmentation:
    """Take a segmentation from a data set with pixels; what is damaged raises as pydicom does."""
    stored = stored_frames(dataset)
    labels = _labels(dataset)
    frames: dict[int, list[SegFrame]] = {number: [] for number in labels}
    for frame in stored:
        found = SegFrame(frame.plane, frame.values > 0)
        frames.setdefault(frame.segment, []).append(found)
    return Segmentation(
        segments=tuple(
            Segment(number, tuple(found), labels.get(number, ""))
            for number, found in sorted(frames.items())
        ),
        content_label=str(dataset.get("ContentLabel") or "").strip().upper(),
        fractions=_has_fractions(dataset, stored),
        bits=is_bit_mask(dataset),
    )


def _labels(dataset: Dataset) -> dict[int, str]:
    return {
        int(item.SegmentNumber): str(item.get("SegmentLabel") or "").strip()
        for item in dataset.SegmentSequence
    }


def _has_fractions(dataset: Dataset, stored: Sequence[StoredFrame]) -> bool:
    if str(dataset.get("SegmentationType")) != "FRACTIONAL":
        return False
    highest = int(dataset.get("MaximumFractionalValue") or 255)
    return any(bool(np.any((item.values > 0) & (item.values < highest))) for item in stored)
