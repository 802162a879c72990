"""Images and masks of a feature table, whatever their file format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode, FileCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.dicom.placement import SAME_SHIFT_PIXELS
from breastdce.formats.dicom.read import scan_file
from breastdce.formats.dicom.seg import Segment, place_segment, read_seg
from breastdce.formats.labels import LabelMap
from breastdce.formats.nifti import read_labels, read_volume
from breastdce.formats.nrrd import read_nrrd, read_nrrd_labels
from breastdce.imaging.alignment import fit, turn_towards
from breastdce.run.series import read_series

_NIFTI = (".nii", ".nii.gz")
_NRRD = (".nrrd", ".nhdr")
_LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


class Masks(Protocol):
    """A file of regions, each with a label."""

    def labels(self) -> tuple[int, ...]:
        """Labels of the regions, rising."""
        ...

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
        """One region on the grid of an image; empty where there is no such label.

        Raises
        ------
        InputError
            GRID_MISMATCH when it is not on the grid's voxels.
        """
        ...


def read_image(path: Path) -> tuple[Volume, tuple[Caveat, ...]]:
    """Read NIfTI, NRRD, or a DICOM series (its folder, or one of its files).

    Raises
    ------
    InputError
        See `read_volume`, `read_nrrd`, `read_series`.
    """
    if _is(path, _NIFTI):
        return read_volume(path), ()
    if _is(path, _NRRD):
        return read_nrrd(path), ()
    return read_series(path)


def read_masks(path: Path) -> Masks:
    """Read NIfTI or NRRD with whole numbers, or a DICOM segmentation.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is none of them, cannot be read, or holds fractions.
    """
    if _is(path, _NIFTI):
        return _LabelMasks(read_labels(path))
    if _is(path, _NRRD):
        return _LabelMasks(read_nrrd_labels(path))
    return _read_segments(path)


def name_of(path: Path) -> str:
    """File name without what says the format."""
    suffixes = sorted((*_NIFTI, *_NRRD, ".dcm"), key=len, reverse=True)
    name = path.absolute().name
    found = (name[: -len(suffix)] for suffix in suffixes if name.lower().endswith(suffix))
    return name if os.path.isdir(path) else next(found, name)  # noqa: PTH112 - never raises


def _is(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(suffixes) and not path.is_dir()


@dataclass(frozen=True, slots=True)
class _LabelMasks:
    """Regions of a label image."""

    image: LabelMap

    def labels(self) -> tuple[int, ...]:
        return self.image.present()

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
        found = fit(self.image.grid, grid)
        inside = found.turn.array(self.image.mask(label).data)
        return Mask(np.asfortranarray(inside), grid), found.caveats()


@dataclass(frozen=True, slots=True)
class _SegmentMasks:
    """Regions of a DICOM segmentation, which may overlap; the segment number is the label."""

    segments: Mapping[int, Segment]

    def labels(self) -> tuple[int, ...]:
        return tuple(sorted(self.segments))

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
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


def _read_segments(path: Path) -> Masks:
    record = None if path.is_dir() else scan_file(path)
    if record is None or record.code is not FileCode.SEGMENTATION:
        seen = {record.code.value: record.code.meaning} if record else {"kind": "a folder"}
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "Not a mask that can be read",
            evidence={"file": path.name, **seen},
            remedy="Give a label image (.nii, .nii.gz, .nrrd) or a DICOM SEG file.",
        )
    found = read_seg(path)
    if found.fractions:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A segmentation holds fractions, not regions",
            evidence={"file": path.name},
            remedy="Threshold it first; a region is 0 or full.",
        )
    return _SegmentMasks({segment.number: segment for segment in found.segments})
