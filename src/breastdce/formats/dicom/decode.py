"""Stored pixel values of one file, checked, with the modality LUT of each frame."""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.errors import BytesLengthException, InvalidDicomError

from breastdce.core.codes import Code, FileCode, FileNote, SeriesCode
from breastdce.formats.dicom.codec import can_decode
from breastdce.formats.dicom.elements import NATIVE, Elements, walk
from breastdce.formats.dicom.encoding import UNDEFINED, BrokenHeader, EndedEarly
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.frames import PER_FRAME, TRANSFORM, FunctionalGroups
from breastdce.formats.dicom.notes import notes_of

_SLOPE, _INTERCEPT, _LUT_SEQUENCE = 0x00281053, 0x00281052, 0x00283000
_BURNED_IN = 0x00280301
_WORD_BITS = (8, 16, 32)
DECODING_ERRORS = (
    ArithmeticError,
    AttributeError,
    BytesLengthException,
    EOFError,
    InvalidDicomError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pydicom and its decoders raise on damaged data."""


class Lut(NamedTuple):
    """value = slope * stored + intercept."""

    slope: float = 1.0
    intercept: float = 0.0


class Undecodable(Exception):
    """The pixels cannot be had; carries a code and numbers, no header text."""

    def __init__(self, code: Code, **evidence: object) -> None:
        super().__init__(code)
        self.code, self.evidence = code, evidence


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Pixels of one file as they are stored."""

    frames: NDArray[Any]
    """[frame, row, column], an integer type."""
    luts: tuple[Lut, ...]
    """One per frame."""
    lossy: bool = False
    """Whether the pixels were compressed with loss at any time."""
    burned_in: bool = False
    """Whether text is in the pixels, BurnedInAnnotation YES."""


@dataclass(frozen=True, slots=True)
class _Layout:
    frames: int
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    signed: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.frames, self.rows, self.columns


def decode(path: Path) -> Stored:
    """Read all frames of a file.

    Raises
    ------
    OSError
        When the file cannot be read.
    Undecodable
        With a FileCode or SeriesCode.
    """
    with path.open("rb") as file:
        try:
            found = walk(file, path.stat().st_size)
        except BrokenHeader as error:
            raise Undecodable(FileCode.HEADER_BROKEN) from error
        except EndedEarly as error:
            raise Undecodable(FileCode.TRUNCATED) from error
        return decode_elements(found, path)


def decode_elements(found: Elements, path: Path) -> Stored:
    """Read all frames of a file that has been walked and is still open; errors as `decode`."""
    fields = Fields(found.values, found.encoding.little)
    try:
        layout = _layout(fields)
        luts = _luts(found, fields, layout.frames)
        native = found.transfer_syntax in NATIVE
        frames = _native(found, layout) if native else None
    except BrokenHeader as error:
        raise Undecodable(FileCode.HEADER_BROKEN) from error
    except EndedEarly as error:
        raise Undecodable(FileCode.TRUNCATED) from error
    if frames is None:
        frames = _decompressed(path, found.transfer_syntax, layout)
    _check_range(frames, layout)
    return Stored(
        frames,
        luts,
        lossy=FileNote.LOSSY in notes_of(found),
        burned_in=fields.text(_BURNED_IN).upper() == "YES",
    )


def _layout(fields: Fields) -> _Layout:
    rows, columns = fields.unsigned(0x00280010) or 0, fields.unsigned(0x00280011) or 0
    samples = fields.unsigned(0x00280002) or 1
    allocated = fields.unsigned(0x00280100) or 0
    stored = fields.unsigned(0x00280101) or allocated
    photometric = fields.text(0x00280004) or "MONOCHROME2"
    if samples != 1 or not photometric.startswith("MONOCHROME"):
        raise Undecodable(SeriesCode.PIXELS_BAD, samples_per_pixel=samples)
    if allocated not in _WORD_BITS or not 1 <= stored <= allocated or not rows * columns:
        raise Undecodable(
            SeriesCode.PIXELS_BAD, bits_allocated=allocated, bits_stored=stored, rows=rows
        )
    signed = fields.unsigned(0x00280103) == 1
    number = max(fields.integer(0x00280008) or 1, 1)
    return _Layout(number, rows, columns, allocated, stored, signed)


def _luts(found: Elements, fields: Fields, n_frames: int) -> tuple[Lut, ...]:
    if _LUT_SEQUENCE in found.sequences:
        raise Undecodable(SeriesCode.PIXELS_BAD, modality_lut="table")
    if PER_FRAME not in found.sequences:
        return (_lut(fields),) * n_frames
    groups = FunctionalGroups(found, set()).each(TRANSFORM)
    if len(groups) != n_frames:
        raise Undecodable(FileCode.HEADER_BROKEN, frames=n_frames, groups=len(groups))
    return tuple(_lut(group) for group in groups)


def _lut(fields: Fields) -> Lut:
    slope, intercept = fields.decimal(_SLOPE), fields.decimal(_INTERCEPT)
    for value, tag in ((slope, _SLOPE), (intercept, _INTERCEPT)):
        if value is None and not fields.is_empty(tag):
            raise Undecodable(SeriesCode.PIXELS_BAD, rescale="not a number")
    if slope == 0:
        raise Undecodable(SeriesCode.PIXELS_BAD, rescale_slope=0)
    # A missing slope beside an intercept is 1: type 1C elements travel in pairs, files do not.
    return Lut(1.0 if slope is None else slope, intercept or 0.0)


def _native(found: Elements, layout: _Layout) -> NDArray[Any]:
    """Stored values as they are, bits beyond BitsStored included, so that they show."""
    order, kind = "<" if found.encoding.little else ">", "i" if layout.signed else "u"
    words = np.dtype(f"{order}{kind}{layout.bits_allocated // 8}")
    needed = int(np.prod(layout.shape)) * words.itemsize
    if found.pixel_length == UNDEFINED:
        raise Undecodable(FileCode.HEADER_BROKEN)
    if found.pixel_length is None or found.pixel_length < needed:
        raise Undecodable(FileCode.TRUNCATED, bytes=found.pixel_length or 0, needed=needed)
    # Longer pixel data are padding.
    return np.frombuffer(found.cursor.at(found.pixel_begin, needed), words).reshape(layout.shape)


def _decompressed(path: Path, syntax: str, layout: _Layout) -> NDArray[Any]:
    if not can_decode(syntax):
        raise Undecodable(FileCode.CODEC_MISSING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters is checked here
            data = pydicom.dcmread(path, force=True)
            frames = np.asarray(data.pixel_array)
    except DECODING_ERRORS as error:
        raise Undecodable(SeriesCode.PIXELS_BAD, error=type(error).__name__) from error
    if frames.size != np.prod(layout.shape):
        raise Undecodable(SeriesCode.PIXELS_BAD, size=list(frames.shape))
    return frames.reshape(layout.shape)


def _check_range(frames: NDArray[Any], layout: _Layout) -> None:
    bits = layout.bits_stored
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if layout.signed else (0, (1 << bits) - 1)
    smallest, largest = int(frames.min()), int(frames.max())
    if smallest < low or largest > high:
        raise Undecodable(
            SeriesCode.PIXELS_BAD, bits_stored=bits, smallest=smallest, largest=largest
        )
