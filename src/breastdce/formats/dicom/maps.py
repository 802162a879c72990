"""The producer's SER and PE maps: classic MR images whose ImageType names the map."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.dicom.placement import Plane, locate
from breastdce.formats.dicom.quiet import read_quietly


class AnalysisKind(StrEnum):
    """What a file beside the images is."""

    SEG = "seg"
    SER = "ser"
    PE = "pe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AnalysisFile:
    """Kind and series of a file, from its header."""

    path: Path
    kind: AnalysisKind
    series_uid: str
    series_number: int
    frame_of_reference_uid: str


@dataclass(frozen=True, slots=True, eq=False)
class _MapSlice:
    plane: Plane
    values: NDArray[np.float32]
    """Indexed [i, j], stored values times slope plus intercept."""


_MAP_TERMS = {"SER": AnalysisKind.SER, "PE1": AnalysisKind.PE}


def identify(path: Path) -> AnalysisFile:
    """Say what a file of the study is, without its pixels.

    Raises
    ------
    InputError
        IMAGE_INVALID when it cannot be parsed.
    """

    def take(dataset: Dataset) -> AnalysisFile:
        return AnalysisFile(
            path=path,
            kind=_kind(dataset),
            series_uid=str(dataset.get("SeriesInstanceUID") or ""),
            series_number=int(dataset.get("SeriesNumber") or 0),
            frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID") or ""),
        )

    return read_quietly(path, take, pixels=False)


def read_map(paths: tuple[Path, ...], grid: Grid) -> Volume:
    """Read a map onto the grid of its source images, slice by slice by position.

    Parameters
    ----------
    paths
        Files of one series.
    grid
        Grid of the source images, RAS+ mm.

    Returns
    -------
    Volume
        Values after the rescale slope: percent for PE, ratio for SER.

    Raises
    ------
    InputError
        GRID_MISMATCH when a slice is not on the grid; IMAGE_INVALID when a file cannot be read
        or the map does not have each slice of the grid once.
    """
    data = np.zeros(grid.shape, dtype=np.float32, order="F")
    seen = np.zeros(grid.shape[2], dtype=np.int64)
    for path in paths:
        found = read_quietly(path, _slice, pixels=True)
        k = locate(found.plane, grid).k
        if 0 <= k < grid.shape[2]:
            data[:, :, k] = found.values
            seen[k] += 1
    if not np.all(seen == 1):
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A map does not have each slice of its images once",
            evidence={"files": len(paths), "slices_missing": int(np.count_nonzero(seen == 0))},
            remedy="Export the map again, or remove it.",
        )
    return Volume(data, grid)


def _kind(dataset: Dataset) -> AnalysisKind:
    if str(dataset.get("Modality") or "") == "SEG":
        return AnalysisKind.SEG
    image_type = [str(value).strip().upper() for value in dataset.get("ImageType") or ()]
    name = image_type[3] if len(image_type) > 3 else ""
    return _MAP_TERMS.get(name, AnalysisKind.OTHER)


def _slice(dataset: Dataset) -> _MapSlice:
    x, y, z = (float(value) for value in dataset.ImagePositionPatient)
    between_rows, between_columns = (float(value) for value in dataset.PixelSpacing)
    cosines = tuple(float(value) for value in dataset.ImageOrientationPatient)
    size = (int(dataset.Columns), int(dataset.Rows))
    stored = np.asarray(dataset.pixel_array, dtype=np.float64)
    slope = float(dataset.get("RescaleSlope") or 1.0)
    intercept = float(dataset.get("RescaleIntercept") or 0.0)
    plane = Plane((x, y, z), cosines, (between_rows, between_columns), size)
    return _MapSlice(plane, (stored * slope + intercept).astype(np.float32).T)
