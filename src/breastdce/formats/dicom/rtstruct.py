"""Regions of a DICOM structure set (RTSTRUCT): closed planar contours filled on a grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import FloatArray, Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.contour_fill import FARTHEST, fill
from breastdce.formats.dicom.named import choose
from breastdce.formats.dicom.quiet import read_quietly

RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
"""SOP class of structure sets."""
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_MOST_POINTS = 2_000_000  # of one ROI; a drawn one has thousands
_FARTHEST_MM = 1e6
_FLAT_SLICES = 0.1
"""How far the points of a contour, and contours of one slice, may lie apart along the normal."""
_LPS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """One region as it was drawn."""

    number: int
    name: str
    """To choose by; not for publication."""
    frame_of_reference_uid: str
    contours: tuple[FloatArray, ...]
    """Closed planar contours, each (n, 3), LPS mm."""
    left_out: int
    """Points, open lines, and contours of fewer than three points: they enclose nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class StructureSet:
    """All regions of a structure set, in order of their numbers."""

    rois: tuple[Roi, ...]

    def roi(self, which: int | str) -> Roi:
        """One region by number or by name (case and blanks around it do not matter).

        Raises
        ------
        InputError
            UNKNOWN_ENTRY when there is none, or several have the name.
        """
        numbered = [(roi.number, roi.name, roi) for roi in self.rois]
        return choose(numbered, which, what="region", name="name")


@dataclass(frozen=True, slots=True, eq=False)
class PlacedRoi:
    """A region on a grid."""

    mask: Mask
    left_out: int
    """Contours that enclose nothing."""
    outside: int
    """Contours beyond the slices of the grid."""
    slices_between: int
    """Empty slices between the first and the last with a contour: nothing is interpolated."""


def read_rtstruct(path: Path) -> StructureSet:
    """Read a structure set.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is none, cannot be parsed, holds coordinates that are not finite, or
        more points than anyone draws.
    """
    return read_quietly(path, _structure_set, pixels=False)


def place_roi(roi: Roi, grid: Grid, *, frame_of_reference_uid: str | None) -> PlacedRoi:
    """Fill a region's contours on a grid: each on the nearest slice, pixels by their centers.

    Parameters
    ----------
    roi
        The region.
    grid
        Grid of the images, RAS+ mm; its k axis runs along the normal of the contours.
    frame_of_reference_uid
        The images' own. None where the caller states that the geometries are of one frame, as for
        images that carry no such thing.

    Returns
    -------
    PlacedRoi
        Several contours on a slice are filled together by the even-odd rule, see `contour_fill`.

    Raises
    ------
    InputError
        GRID_MISMATCH for another frame of reference, for contours that are not parallel to the
        slices, and for several planes of contours on one slice.
    """
    if frame_of_reference_uid not in (None, roi.frame_of_reference_uid):
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            "The contours refer to another frame of reference than the images",
            evidence={"region": roi.number},
            remedy="Use the images that were drawn on, or register the two and export again.",
        )
    planes: dict[int, list[FloatArray]] = {}
    for contour in roi.contours:
        index = _index(contour, grid)
        planes.setdefault(_slice(index[:, 2], roi, grid), []).append(index)
    within = {k: found for k, found in planes.items() if 0 <= k < grid.shape[2]}
    inside = np.zeros(grid.shape, dtype=np.bool_, order="F")
    for k, found in within.items():
        _refuse_stacked(found, roi, grid)
        inside[:, :, k] = fill([index[:, :2] for index in found], grid.shape[:2])
    span = max(within) - min(within) + 1 if within else 0
    outside = len(roi.contours) - sum(map(len, within.values()))
    return PlacedRoi(Mask(inside, grid), roi.left_out, outside, span - len(within))


def _structure_set(dataset: Dataset) -> StructureSet:
    if str(dataset.get("SOPClassUID")) != RTSTRUCT:
        raise ValueError("not a structure set")
    drawn = {
        int(item.ReferencedROINumber): item for item in dataset.get("ROIContourSequence") or ()
    }
    rois = [_roi(item, drawn.get(int(item.ROINumber))) for item in dataset.StructureSetROISequence]
    if len({roi.number for roi in rois}) < len(rois):
        raise ValueError("two regions have one number")
    return StructureSet(tuple(sorted(rois, key=lambda roi: roi.number)))


def _roi(item: Dataset, drawn: Dataset | None) -> Roi:
    contours: list[FloatArray] = []
    left_out = points = 0
    for contour in (drawn.get("ContourSequence") or ()) if drawn else ():
        vertices = _vertices(contour)
        points += len(vertices)
        if points > _MOST_POINTS:
            raise InputError(
                ErrorCode.IMAGE_INVALID,
                "A structure set claims more points than anyone draws",
                evidence={"region": int(item.ROINumber), "points": points},
            )
        if str(contour.get("ContourGeometricType")).strip() in _CLOSED and len(vertices) > 2:
            contours.append(vertices)
        else:
            left_out += 1
    return Roi(
        number=int(item.ROINumber),
        name=str(item.get("ROIName") or "").strip(),
        frame_of_reference_uid=str(item.get("ReferencedFrameOfReferenceUID") or ""),
        contours=tuple(contours),
        left_out=left_out,
    )


def _vertices(contour: Dataset) -> FloatArray:
    """Points (n, 3) of a contour; ValueError when they are not finite triples."""
    if "ContourData" not in contour:
        return np.zeros((0, 3))
    value: object = contour.get_item("ContourData").value
    if isinstance(value, bytes):  # not yet decoded, which would make an object of each number
        text = value.decode("ascii").strip(" \0")
        parts: list[Any] = text.split("\\") if text else []
    else:
        parts = list(value) if isinstance(value, Iterable) else []
    numbers = np.array(parts, dtype=np.float64)
    if not (np.abs(numbers) <= _FARTHEST_MM).all():  # NaN fails too
        raise ValueError("a coordinate is not finite or beyond any room")
    return numbers.reshape(-1, 3)


def _index(contour: FloatArray, grid: Grid) -> FloatArray:
    """Points in voxel indices (i, j, k)."""
    direction = grid.direction * _LPS[:, None]
    offset = contour - np.asarray(grid.origin_mm) * _LPS
    index: FloatArray = offset @ direction / np.asarray(grid.spacing_mm)
    return index


def _slice(k: FloatArray, roi: Roi, grid: Grid) -> int:
    """Nearest slice of a contour; it may lie outside the grid."""
    if np.ptp(k) > _FLAT_SLICES:
        raise _off_plane(roi, grid, "A contour is not parallel to the slices", float(np.ptp(k)))
    return int(np.floor(k.mean() + 0.5))


def _refuse_stacked(contours: Sequence[FloatArray], roi: Roi, grid: Grid) -> None:
    """Contours of one slice must be of one plane: the even-odd rule is none between planes."""
    apart = float(np.ptp([contour[:, 2].mean() for contour in contours]))
    if apart > _FLAT_SLICES:
        raise _off_plane(roi, grid, "Contours of several planes fall on one slice", apart)
    if max(float(np.abs(contour[:, :2]).max()) for contour in contours) > FARTHEST:
        raise _off_plane(roi, grid, "A contour lies far outside the images", apart)


def _off_plane(roi: Roi, grid: Grid, message: str, apart: float) -> InputError:
    return InputError(
        ErrorCode.GRID_MISMATCH,
        message,
        evidence={
            "region": roi.number,
            "apart_slices": round(apart, 3),
            "grid": grid.describe(),
        },
        remedy="Draw on the slices of these images, or export the region as a segmentation.",
    )
