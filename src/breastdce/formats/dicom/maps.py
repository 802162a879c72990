"""The producer's SER and PE maps: classic MR images whose ImageType names the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.dicom.decode import Undecodable, decode_elements
from breastdce.formats.dicom.elements import Elements, walk
from breastdce.formats.dicom.encoding import BrokenHeader, EndedEarly
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.placement import Plane, locate
from breastdce.formats.dicom.quiet import unparsed

T = TypeVar("T")


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

    def take(_: Elements, fields: Fields) -> AnalysisFile:
        return AnalysisFile(
            path=path,
            kind=_kind(fields),
            series_uid=fields.text(0x0020000E),
            series_number=fields.integer(0x00200011) or 0,
            frame_of_reference_uid=fields.text(0x00200052),
        )

    return _read(path, take)


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
        found = _read(path, partial(_slice, path))
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


def _read(path: Path, take: Callable[[Elements, Fields], T]) -> T:
    """Walk a file and take something from it; InputError(IMAGE_INVALID) when that fails."""
    try:
        with path.open("rb") as file:
            found = walk(file, path.stat().st_size)
            return take(found, Fields(found.values, found.encoding.little))
    except (OSError, BrokenHeader, EndedEarly, Undecodable) as error:
        raise unparsed(path, error) from error


def _kind(fields: Fields) -> AnalysisKind:
    if fields.text(0x00080060) == "SEG":
        return AnalysisKind.SEG
    image_type = fields.texts(0x00080008)
    name = image_type[3].upper() if len(image_type) > 3 else ""
    return _MAP_TERMS.get(name, AnalysisKind.OTHER)


def _slice(path: Path, found: Elements, fields: Fields) -> _MapSlice:
    position, orientation = fields.decimals(0x00200032, 3), fields.decimals(0x00200037, 6)
    spacing = fields.decimals(0x00280030, 2)
    if position is None or orientation is None or spacing is None:
        raise BrokenHeader("no position")
    stored = decode_elements(found, path)
    frame, lut = stored.frames[0], stored.luts[0]
    values = (frame * np.float64(lut.slope) + lut.intercept).astype(np.float32).T
    x, y, z = position
    size = (frame.shape[1], frame.shape[0])
    return _MapSlice(Plane((x, y, z), orientation, (spacing[0], spacing[1]), size), values)
