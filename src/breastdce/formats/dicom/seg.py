"""DICOM segmentations: one stack of binary frames a segment, placed by position.

A frame exists only where a segment is not empty, segments may overlap, and FRACTIONAL objects of
the I-SPY1 producer hold 0 and 255 only: any value above 0 is inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.placement import Plane, locate
from breastdce.formats.dicom.quiet import read_quietly

_MAX_VOXELS = 1 << 30  # far above any breast exam; a header may claim anything


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


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A DICOM segmentation object."""

    segments: tuple[Segment, ...]
    """In order of their numbers; a segment without frames is empty."""
    content_label: str
    """ContentLabel, upper case; not for publication."""
    fractions: bool
    """Whether there are values between 0 and the largest possible one."""

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
    return read_quietly(path, _segmentation, pixels=True)


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
        GRID_MISMATCH when a frame's size, direction or spacing disagrees with the grid, or it is
        shifted by a pixel or more.
    """
    inside = np.zeros(grid.shape, dtype=np.bool_, order="F")
    outside, shift = 0, 0.0
    for frame in segment.frames:
        place = locate(frame.plane, grid)
        shift = max(shift, place.shift_pixels)
        if 0 <= place.k < grid.shape[2]:
            inside[:, :, place.k] |= frame.inside
        else:
            outside += 1
    return PlacedSegment(Mask(inside, grid), outside, shift)


def _segmentation(dataset: Dataset) -> Segmentation:
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())
    pixels = _pixels(dataset)
    if len(groups) < len(pixels):
        raise ValueError("frames without a position")
    frames: dict[int, list[SegFrame]] = {number: [] for number in _numbers(dataset)}
    # Objects cut down to fewer frames keep the groups of all: the first ones belong to the frames.
    for group, values in zip(groups, pixels, strict=False):
        number = int(
            _macro(dataset, group, "SegmentIdentificationSequence").ReferencedSegmentNumber
        )
        frames.setdefault(number, []).append(SegFrame(_plane(dataset, group), (values > 0).T))
    return Segmentation(
        segments=tuple(Segment(number, tuple(found)) for number, found in sorted(frames.items())),
        content_label=str(dataset.get("ContentLabel") or "").strip().upper(),
        fractions=_has_fractions(dataset, pixels),
    )


def _numbers(dataset: Dataset) -> list[int]:
    return [int(item.SegmentNumber) for item in dataset.SegmentSequence]


def _pixels(dataset: Dataset) -> NDArray[np.uint8]:
    """Pixel values, shape (frames, rows, columns)."""
    frames = int(dataset.get("NumberOfFrames") or 1)
    shape = (frames, int(dataset.Rows), int(dataset.Columns))
    if frames < 1 or np.prod(shape, dtype=np.float64) > _MAX_VOXELS:
        raise InputError(
            ErrorCode.IMAGE_INVALID, "A segmentation claims to be huge", evidence={"shape": shape}
        )
    values: NDArray[np.uint8] = np.asarray(dataset.pixel_array).reshape(shape)
    return values


def _macro(dataset: Dataset, group: Dataset, name: str) -> Dataset:
    """The only item of a functional group: the frame's own, else the one shared by all."""
    own = group.get(name)
    item: Dataset = own[0] if own else dataset.SharedFunctionalGroupsSequence[0][name].value[0]
    return item


def _plane(dataset: Dataset, group: Dataset) -> Plane:
    position = _macro(dataset, group, "PlanePositionSequence").ImagePositionPatient
    orientation = _macro(dataset, group, "PlaneOrientationSequence").ImageOrientationPatient
    spacing = _macro(dataset, group, "PixelMeasuresSequence").PixelSpacing
    x, y, z = (float(value) for value in position)
    between_rows, between_columns = (float(value) for value in spacing)
    cosines = tuple(float(value) for value in orientation)
    if len(cosines) != 6:
        raise ValueError("orientation is not six numbers")
    size = (int(dataset.Columns), int(dataset.Rows))
    return Plane((x, y, z), cosines, (between_rows, between_columns), size)


def _has_fractions(dataset: Dataset, pixels: NDArray[np.uint8]) -> bool:
    if str(dataset.get("SegmentationType")) != "FRACTIONAL":
        return False
    highest = int(dataset.get("MaximumFractionalValue") or 255)
    return bool(np.any((pixels > 0) & (pixels < highest)))
