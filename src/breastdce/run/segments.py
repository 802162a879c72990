"""Regions of a DICOM segmentation on the grid of an image, which may be no DICOM itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode, FileCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.placement import SAME_SHIFT_PIXELS
from breastdce.formats.dicom.read import scan_file
from breastdce.formats.dicom.seg import SegFrame, Segment, place_segment, read_seg
from breastdce.formats.dicom.seg_bits import BitMask, read_bit_mask
from breastdce.imaging.alignment import fit, turn_towards

_FTV = 1  # label
_LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True)
class SegmentMasks:
    """Regions of a DICOM segmentation, which may overlap; the segment number is the label."""

    segments: Mapping[int, Segment]

    def check_images(self, paths: Iterable[Path]) -> None:
        """Nothing to refuse: frames are placed by position, and do not fit another grid."""

    def labels(self) -> tuple[int, ...]:
        """Numbers of the segments, rising."""
        return tuple(sorted(self.segments))

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
        """One segment on the grid of an image; empty where there is no such number.

        Raises
        ------
        InputError
            GRID_MISMATCH when its frames are not slices of the grid.
        """
        segment = self.segments.get(label, Segment(label, ()))
        facing = _facing(segment, grid)
        placed = place_segment(segment, facing)
        back = fit(facing, grid)
        notes = list(back.caveats())
        if placed.frames_outside:
            notes.append(Caveat(CaveatCode.SEG_OUTSIDE, {"frames": placed.frames_outside}))
        if placed.shift_pixels > SAME_SHIFT_PIXELS:
            shift = round(placed.shift_pixels, 3)
            notes.append(Caveat(CaveatCode.SEG_SHIFTED, {"shift_pixels": shift}))
        inside = back.turn.array(placed.mask.data)
        return Mask(np.asfortranarray(inside), grid), tuple(notes)


def _facing(segment: Segment, grid: Grid) -> Grid:
    """The grid with its axes turned as the segment's frames lie.

    An image that was converted from DICOM may have other axes than the slices it came from.
    """
    if not segment.frames:
        return grid
    row, column = np.reshape(segment.frames[0].plane.orientation, (2, 3)) * _LPS_TO_RAS
    frames = np.stack([row, column, np.cross(row, column)], axis=1)
    turn = turn_towards(grid.direction, frames)
    return grid if turn is None or turn.is_identity else turn.grid(grid)


def _ftv(bits: BitMask) -> Segment:
    """The one region that an analysis mask of I-SPY2 is sure about."""
    frames = (SegFrame(frame.plane, frame.values == 0) for frame in bits.frames)
    return Segment(_FTV, tuple(frames))


def read_segments(path: Path) -> SegmentMasks:
    """Read a DICOM segmentation; of an analysis mask of I-SPY2 the FTV, as label 1.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is none, cannot be read, or holds fractions.
    """
    record = None if path.is_dir() else scan_file(path)
    if record is None or record.code is not FileCode.SEGMENTATION:
        seen = {record.code.value: record.code.meaning} if record else {"kind": "a folder"}
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "Not a mask that can be read",
            evidence={"file": path.name, **seen},
            remedy="Give a label image (.nii, .nii.gz, .nrrd), a DICOM SEG or an RTSTRUCT file.",
        )
    found = read_seg(path)
    if found.bits:
        return SegmentMasks({_FTV: _ftv(read_bit_mask(path))})
    if found.fractions:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A segmentation holds fractions, not regions",
            evidence={"file": path.name},
            remedy="Threshold it first; a region is 0 or full.",
        )
    return SegmentMasks({segment.number: segment for segment in found.segments})
