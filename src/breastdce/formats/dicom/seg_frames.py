"""Frames of a DICOM segmentation object as they are stored: values with their place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.placement import Plane

_MAX_VOXELS = 1 << 30  # far above any breast exam; a header may claim anything


@dataclass(frozen=True, slots=True, eq=False)
class StoredFrame:
    """One frame."""

    segment: int
    """Number of the segment that it belongs to."""
    plane: Plane
    values: NDArray[np.uint8]
    """Stored values, indexed [i, j] (column, row)."""


def stored_frames(dataset: Dataset) -> tuple[StoredFrame, ...]:
    """Frames in the order of the file; an empty segmentation has none.

    Raises
    ------
    InputError
        IMAGE_INVALID when the header claims more than any exam holds. What pydicom raises on
        damaged elements is left to `read_quietly`.
    """
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())
    pixels = _pixels(dataset)
    if len(groups) < len(pixels):
        raise ValueError("frames without a position")
    # Objects cut down to fewer frames keep the groups of all: the first ones belong to the frames.
    return tuple(
        StoredFrame(_segment(dataset, group), plane_of(dataset, group), values.T)
        for group, values in zip(groups, pixels, strict=False)
    )


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


def _segment(dataset: Dataset, group: Dataset) -> int:
    macro = _macro(dataset, group, "SegmentIdentificationSequence")
    return int(macro.ReferencedSegmentNumber)


def _macro(dataset: Dataset, group: Dataset, name: str) -> Dataset:
    """The only item of a functional group: the frame's own, else the one shared by all."""
    own = group.get(name)
    item: Dataset = own[0] if own else dataset.SharedFunctionalGroupsSequence[0][name].value[0]
    return item


def plane_of(dataset: Dataset, group: Dataset) -> Plane:
    """Geometry of one frame of an enhanced object, from its functional groups.

    What pydicom raises on damaged elements is left to `read_quietly`.
    """
    position = _macro(dataset, group, "PlanePositionSequence").ImagePositionPatient
    orientation = _macro(dataset, group, "PlaneOrientationSequence").ImageOrientationPatient
    spacing = _macro(dataset, group, "PixelMeasuresSequence").PixelSpacing
    x, y, z = (float(value) for value in position)
    between_rows, between_columns = (float(value) for value in spacing)
    cosines = tuple(float(value) for value in orientation)
    if len(cosines) != 6:
        raise ValueError("orientation is not six numbers")
    if not np.isfinite([x, y, z, between_rows, between_columns, *cosines]).all():
        raise ValueError("geometry is not finite")
    size = (int(dataset.Columns), int(dataset.Rows))
    return Plane((x, y, z), cosines, (between_rows, between_columns), size)
