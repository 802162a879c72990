"""NIfTI files judged byte by byte: the form that we write, and nothing hidden in it.

Text can hide in the gzip header, in unused header fields, in extensions, and after the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.formats.nifti import (
    BROKEN,
    MAX_TURN_RAD,
    form_difference_rad,
    grid_of,
    read_header,
    volume_shape,
)
from breastdce.formats.nifti_header import NiftiHeader

_DATA_OFFSET = 352
_GZIP = 31  # zlib's window argument: one gzip member
_PLAIN_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"  # deflate, no name, no comment, no time
_USED = frozenset(
    {
        *("sizeof_hdr", "dim", "datatype", "bitpix", "pixdim", "vox_offset", "scl_slope"),
        *("xyzt_units", "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d"),
        *("qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z", "magic"),
    }
)
"""Header fields that we fill; every other one is zero."""
_MILLIMETERS = 2
_ORIGIN_TOLERANCE_MM = 1e-3  # both forms hold the origin as float32


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """One file as it is stored."""

    stored: NDArray[Any]
    """Values before the slope, [i, j, k], in the stored type."""
    slope: float
    grid: Grid
    hidden: tuple[str, ...]
    """Places that hold something where our files hold nothing."""
    geometry: tuple[str, ...]
    """Departures from one scanner geometry in millimeters."""


def inspect(path: Path) -> Inspection:
    """Read a .nii.gz whole and judge it.

    Raises
    ------
    InputError
        IMAGE_INVALID or GRID_INVALID when it cannot be read at all.
    """
    try:
        packed = path.read_bytes()
        stream = isal_zlib.decompressobj(wbits=_GZIP)
        front = stream.decompress(packed, _DATA_OFFSET)
        header = read_header(front[:348], path)
        shape, dtype = volume_shape(header, path), header.dtype
        size = int(np.prod(shape)) * dtype.itemsize
        # One byte more than the image needs: whether anything follows.
        payload = stream.decompress(stream.unconsumed_tail, size + 1)
        geometry = _geometry(header)
    except BROKEN as error:
        raise _invalid(path, str(error)) from error
    if len(payload) < size:
        raise _invalid(path, f"{len(payload)} of {size} bytes of type {dtype}")
    ends = {
        "gzip header": packed[:8] != _PLAIN_GZIP_HEADER,
        "header extension": any(front[348:]) or float(header["vox_offset"]) != _DATA_OFFSET,
        "after the image": len(payload) > size or not stream.eof,
        "after the gzip stream": bool(stream.unused_data),
    }
    hidden = (*(place for place, found in ends.items() if found), *_unused_fields(header))
    stored = np.frombuffer(payload, dtype, count=int(np.prod(shape))).reshape(shape, order="F")
    slope = float(header["scl_slope"])
    return Inspection(stored, slope, grid_of(header, path), hidden, geometry)


def _unused_fields(header: NiftiHeader) -> tuple[str, ...]:
    unused = (name for name in header.names if name not in _USED)
    filled = [f"header field {name}" for name in unused if any(header[name].tobytes())]
    if any(header["dim"][4:] > 1) or not set(header["pixdim"][4:].tolist()) <= {0.0, 1.0}:
        filled.append("header fields dim and pixdim beyond three axes")
    return tuple(filled)


def _geometry(header: NiftiHeader) -> tuple[str, ...]:
    codes = {"qform": int(header["qform_code"]), "sform": int(header["sform_code"])}
    wrong = [f"{name} code {code}" for name, code in codes.items() if code != 1]
    if int(header["xyzt_units"]) != _MILLIMETERS:
        wrong.append(f"units {int(header['xyzt_units'])}")
    turn = form_difference_rad(header)
    shift = np.abs(header.sform()[:3, 3] - header.qform()[:3, 3]).max()
    if not (turn <= MAX_TURN_RAD and shift <= _ORIGIN_TOLERANCE_MM):
        wrong.append(f"sform and qform differ by {turn:.2g} rad and {shift:.2g} mm")
    return tuple(wrong)


def _invalid(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.IMAGE_INVALID, evidence={"file": path.name, "why": why})
