"""Regions of a DICOM structure set on the grid of a DICOM series that was drawn on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.read import scan_file
from breastdce.formats.dicom.rtstruct import RTSTRUCT, StructureSet, place_roi, read_rtstruct
from breastdce.run.series import frames_of_reference


@dataclass(frozen=True, slots=True)
class ContourMasks:
    """Regions of a structure set; the ROI number is the label."""

    found: StructureSet

    def labels(self) -> tuple[int, ...]:
        """Numbers of the regions, rising."""
        return tuple(roi.number for roi in self.found.rois)

    def check_images(self, paths: Iterable[Path]) -> None:
        """Refuse images of another frame of reference, and such as state none.

        Raises
        ------
        InputError
            GRID_MISMATCH.
        """
        ours = {roi.frame_of_reference_uid for roi in self.found.rois if roi.contours}
        for path in paths:
            theirs = frames_of_reference(path)
            if ours and ours != theirs:
                raise InputError(
                    ErrorCode.GRID_MISMATCH,
                    "The contours were not drawn on this image, by its frame of reference",
                    evidence={"image": path.name, "image states one": bool(theirs)},
                    remedy="Give the DICOM series that was drawn on, as a folder.",
                )

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
        """One region on the grid of an image that was checked; empty where there is no such number.

        Raises
        ------
        InputError
            GRID_MISMATCH when its contours are not on the slices of the grid.
        """
        if label not in self.labels():
            return Mask(np.zeros(grid.shape, np.bool_, order="F"), grid), ()
        placed = place_roi(self.found.roi(label), grid, frame_of_reference_uid=None)
        notes: list[Caveat] = []
        if placed.left_out or placed.outside:
            counts = {"enclose_nothing": placed.left_out, "outside": placed.outside}
            notes.append(Caveat(CaveatCode.CONTOURS_LEFT_OUT, {**counts}))
        if placed.slices_between:
            notes.append(Caveat(CaveatCode.CONTOURS_SPARSE, {"slices": placed.slices_between}))
        return placed.mask, tuple(notes)


def is_structure_set(path: Path) -> bool:
    """Whether a file is a DICOM structure set, by its header."""
    other = None if path.is_dir() else scan_file(path).other
    return other is not None and other.sop_class_uid == RTSTRUCT


def read_contours(path: Path) -> ContourMasks:
    """Read a structure set; errors as `read_rtstruct`."""
    return ContourMasks(read_rtstruct(path))
