"""A mask file that comes back from another program: read whole and bounded, judged by nobody yet.

Values stay as they are stored and a place that the file does not state stays unknown, so that what
happened to the mask can be told (`review/diagnosis.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode, MaskCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.formats.bounded import GZIP_MARK, BoundedReader, read_small
from breastdce.formats.nifti import (
    BROKEN,
    MAX_TURN_RAD,
    form_difference_rad,
    grid_of,
    read_header,
    volume_shape,
)
from breastdce.formats.nifti_header import HEADER_BYTES, NiftiHeader

_NRRD_MARK = b"NRRD"
_WIDEST = 8  # bytes of a value
_HEADER_ROOM = 1 << 20  # bytes beside the values: headers, fields of text, extensions
_MILLIMETERS = (0, 2)  # 0: not stated
_ORIGIN_TOLERANCE_MM = 1e-3  # both forms hold the origin as float32


@dataclass(frozen=True, slots=True, eq=False)
class EditedMask:
    """Content of one file."""

    values: NDArray[Any]
    """As stored, slope and intercept applied; [i, j, k]."""
    grid: Grid | None
    """Where the file says that its voxels are; None where it does not."""
    names: Mapping[int, str] = field(default_factory=dict)
    """What the file calls its labels."""


def read_edited_mask(path: Path, most_voxels: int) -> EditedMask:
    """Read .nii, .nii.gz, .nrrd or .seg.nrrd.

    Parameters
    ----------
    path
        What it is is told by its content.
    most_voxels
        A file with more is refused unread.

    Raises
    ------
    InputError
        IMAGE_INVALID for anything that is not one whole volume of numbers; GRID_INVALID for a
        sheared grid; HEADER_DIVIDED for a NIfTI header whose two forms contradict each other.
    """
    content = read_small(path, most_voxels * _WIDEST + _HEADER_ROOM)
    if not content.startswith(_NRRD_MARK):
        return _nifti(content, path, most_voxels)
    from breastdce.formats.nrrd import parse_attached  # takes longer to load than to read

    values, grid, fields = parse_attached(content, path, most_voxels)
    return EditedMask(values, grid, _segment_names(fields))


def _segment_names(fields: Mapping[str, str]) -> dict[int, str]:
    """Labels of a segmentation of 3D Slicer: Segment<n>_LabelValue and Segment<n>_Name."""
    names = {}
    for key, text in fields.items():
        number = key.removeprefix("Segment").removesuffix("_LabelValue")
        if key == f"Segment{number}_LabelValue" and text.strip().isdecimal():
            names[int(text)] = fields.get(f"Segment{number}_Name", f"Segment{number}")
    return names


def _nifti(content: bytes, path: Path, most_voxels: int) -> EditedMask:
    try:
        reader = BoundedReader(content, gzip=content.startswith(GZIP_MARK))
        header = read_header(reader.take(HEADER_BYTES), path)
        shape, dtype = volume_shape(header, path), header.dtype
        between = int(header["vox_offset"]) - HEADER_BYTES  # extensions, which nobody needs
        if not 0 <= between <= _HEADER_ROOM or math.prod(shape) > most_voxels:
            raise _invalid(path, f"not one image of at most {most_voxels} voxels: {shape}")
        reader.take(between)
        size = math.prod(shape) * dtype.itemsize
        payload = reader.take(size)
        whole = len(payload) == size and reader.at_end()
        grid = _grid(header, path)
        slope, inter = header.scale
    except BROKEN as error:
        raise _invalid(path, str(error)) from error
    if not whole:
        raise _invalid(path, f"{len(payload)} of {size} bytes of type {dtype}, or bytes after them")
    stored = np.frombuffer(payload, dtype).reshape(shape, order="F")
    plain = (slope, inter) == (1.0, 0.0)
    return EditedMask(stored if plain else stored * slope + inter, grid)


def _grid(header: NiftiHeader, path: Path) -> Grid | None:
    """Where the voxels are; None where neither form has a code."""
    sform, qform = bool(header["sform_code"]), bool(header["qform_code"])
    if int(header["xyzt_units"]) & 7 not in _MILLIMETERS:
        raise _invalid(path, "its unit of length is not the millimeter")
    if sform and qform:
        _check_forms(header, path)
    return grid_of(header, path) if sform or qform else None


def _check_forms(header: NiftiHeader, path: Path) -> None:
    turn = form_difference_rad(header)
    shift = float(np.abs(header.sform()[:3, 3] - header.qform()[:3, 3]).max())
    if turn <= MAX_TURN_RAD and shift <= _ORIGIN_TOLERANCE_MM:
        return
    raise InputError(
        MaskCode.HEADER_DIVIDED,
        evidence={
            "file": path.name,
            "difference of the axes": float(f"{turn:.3g}"),
            "difference of the origins, mm": float(f"{shift:.3g}"),
        },
    )


def _invalid(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.IMAGE_INVALID, evidence={"file": path.name, "why": why})
