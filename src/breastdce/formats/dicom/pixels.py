"""Pixels of slices as one volume, with the modality LUT applied slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Code, FileCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.decode import Lut, Stored, Undecodable, decode


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Pixels of some slices."""

    data: NDArray[np.float32]
    """[i, j, k] in Fortran order: column, row, slice in the order asked for; signal after the
    modality LUT."""
    rescaled: bool
    """Whether a LUT other than the identity was applied to any slice."""
    lossy: bool
    """Whether any slice was compressed with loss."""
    burned_in: bool
    """Whether any slice says that text is in its pixels."""


def read_slices(slices: Sequence[tuple[Path, int]]) -> Pixels:
    """Read slices, each a file and a frame number in it, into one volume.

    Slope and intercept may differ from slice to slice (Philips), so each is converted to float by
    itself: value = slope * stored + intercept, DICOM PS3.3 C.11.1. A file that holds several of
    the slices is decoded once as long as they follow each other.

    Raises
    ------
    InputError
        PIXELS_BAD when stored values do not fit BitsStored, a slope is 0 or not a number, or the
        pixels are damaged or colored; GEOMETRY_VARIES when slices differ in size; CODEC_MISSING,
        TRUNCATED or UNREADABLE when a file cannot be decoded. The evidence gives the place of the
        slice in `slices`, never header text.
    """
    reader = _Reader()
    volume: NDArray[np.float32] | None = None
    rescaled = lossy = burned_in = False
    for k, (path, frame) in enumerate(slices):
        file = reader.read(path, k)
        if frame >= len(file.frames):
            raise _refused(FileCode.TRUNCATED, k, frame=frame)
        stored, lut = file.frames[frame], file.luts[frame]
        lossy, burned_in = lossy or file.lossy, burned_in or file.burned_in
        if volume is None:
            volume = np.empty((*stored.shape[::-1], len(slices)), dtype=np.float32, order="F")
        if volume.shape[:2] != stored.shape[::-1]:
            raise _refused(SeriesCode.GEOMETRY_VARIES, k, size=list(stored.shape))
        rescaled = rescaled or lut != Lut()
        volume[:, :, k] = _apply(lut, stored.T)
    if volume is None:
        raise ValueError("no slices were asked for")
    return Pixels(volume, rescaled, lossy, burned_in)


def _apply(lut: Lut, stored: NDArray[Any]) -> NDArray[Any]:
    return stored if lut == Lut() else stored * np.float64(lut.slope) + lut.intercept


class _Reader:
    """Remembers the last file, so that a multi-frame object is decoded once."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._stored = Stored(np.empty((0, 0, 0)), ())

    def read(self, path: Path, k: int) -> Stored:
        if path != self._path:
            self._stored, self._path = _checked(path, k), path
        return self._stored


def _checked(path: Path, k: int) -> Stored:
    try:
        return decode(path)
    except OSError as error:
        raise _refused(FileCode.UNREADABLE, k, error=type(error).__name__) from error
    except Undecodable as error:
        raise _refused(error.code, k, **error.evidence) from error


def _refused(code: Code, k: int, **evidence: object) -> InputError:
    return InputError(code, evidence={"slice": k, **evidence})
