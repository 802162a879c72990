"""Pixels of slices as one volume, with the modality LUT applied slice by slice."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.uid import ImplicitVRLittleEndian

from breastdce.core.codes import Code, FileCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.frames import PER_FRAME, FunctionalGroups


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Pixels of some slices."""

    data: NDArray[np.float32]
    """[i, j, k] in Fortran order: column, row, slice in the order asked for; signal after the
    modality LUT."""
    rescaled: bool
    """Whether a LUT other than the identity was applied to any slice."""


def read_slices(slices: Sequence[tuple[Path, int]]) -> Pixels:
    """Read slices, each a file and a frame number in it, into one volume.

    Slope and intercept may differ from slice to slice (Philips), so each is converted to float by
    itself: value = slope * stored + intercept, DICOM PS3.3 C.11.1.

    Raises
    ------
    InputError
        PIXELS_BAD when stored values do not fit BitsStored, or a slope is 0 or not finite;
        GEOMETRY_VARIES when slices differ in size; CODEC_MISSING, TRUNCATED or UNREADABLE when a
        file cannot be decoded. The evidence gives the slice's place, never header text.
    """
    reader = _Reader()
    volume: NDArray[np.float32] | None = None
    rescaled = False
    for k, (path, frame) in enumerate(slices):
        stored, slope, intercept = reader.slice(path, frame, k)
        if volume is None:
            volume = np.empty((*stored.shape[::-1], len(slices)), dtype=np.float32, order="F")
        if volume.shape[:2] != stored.shape[::-1]:
            raise _bad(SeriesCode.GEOMETRY_VARIES, k, size=list(stored.shape))
        if (slope, intercept) == (1.0, 0.0):
            volume[:, :, k] = stored.T
        else:
            rescaled = True
            volume[:, :, k] = (stored.T * np.float64(slope) + intercept).astype(np.float32)
    if volume is None:
        raise ValueError("no slices were asked for")
    return Pixels(volume, rescaled)


class _Reader:
    """Remembers the last multi-frame file, so that it is decoded once."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._frames: NDArray[Any] = np.empty(0)
        self._luts: list[tuple[float, float]] = []

    def slice(self, path: Path, frame: int, k: int) -> tuple[NDArray[Any], float, float]:
        if path != self._path:
            self._frames, self._luts = _decode(path, k)
            self._path = path
        if frame >= len(self._frames):
            raise _bad(FileCode.TRUNCATED, k, frame=frame)
        return self._frames[frame], *self._luts[frame]


def _decode(path: Path, k: int) -> tuple[NDArray[Any], list[tuple[float, float]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters is checked below
            data = pydicom.dcmread(path, force=True)
            stored = _stored(data)
            luts = _luts(path, data, k)
    except OSError as error:
        raise _bad(FileCode.UNREADABLE, k, error=type(error).__name__) from error
    except (RuntimeError, NotImplementedError) as error:
        raise _bad(FileCode.CODEC_MISSING, k, error=type(error).__name__) from error
    except (ValueError, AttributeError, TypeError, KeyError, EOFError) as error:
        raise _bad(FileCode.TRUNCATED, k, error=type(error).__name__) from error
    frames = stored[np.newaxis] if stored.ndim == 2 else stored
    if frames.ndim != 3:
        raise _bad(SeriesCode.PIXELS_BAD, k, dimensions=frames.ndim)
    _check_range(frames, data, k)
    return frames, luts if len(luts) == len(frames) else luts * len(frames)


def _stored(data: pydicom.Dataset) -> NDArray[Any]:
    """Stored values; those of native encodings unmasked, so that what is out of range shows."""
    syntax = data.file_meta.get("TransferSyntaxUID", ImplicitVRLittleEndian)
    if syntax.is_compressed and not syntax.is_deflated:
        return np.asarray(data.pixel_array)
    kind = "i" if int(data.PixelRepresentation) == 1 else "u"
    order = "<" if syntax.is_little_endian else ">"
    values = np.dtype(f"{order}{kind}{int(data.BitsAllocated) // 8}")
    shape = (int(data.get("NumberOfFrames") or 1), int(data.Rows), int(data.Columns))
    # Longer pixel data are padding; shorter ones make frombuffer raise.
    return np.frombuffer(data.PixelData, values, count=int(np.prod(shape))).reshape(shape)


def _luts(path: Path, data: pydicom.Dataset, k: int) -> list[tuple[float, float]]:
    if PER_FRAME in data:
        groups = FunctionalGroups(path, set())
        return [_lut(*pair, k) for pair in groups.rescales()]
    slope, intercept = data.get("RescaleSlope"), data.get("RescaleIntercept")
    return [_lut(_number(slope), _number(intercept), k)]


def _number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def _lut(slope: float | None, intercept: float | None, k: int) -> tuple[float, float]:
    if slope == 0 or not np.isfinite([slope or 1.0, intercept or 0.0]).all():
        raise _bad(SeriesCode.PIXELS_BAD, k, rescale_slope=slope)
    # A missing slope beside an intercept is 1: type 1C elements travel in pairs, files do not.
    return slope or 1.0, intercept or 0.0


def _check_range(frames: NDArray[Any], data: pydicom.Dataset, k: int) -> None:
    bits, signed = int(data.BitsStored), int(data.PixelRepresentation) == 1
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    smallest, largest = int(frames.min()), int(frames.max())
    if smallest < low or largest > high:
        raise _bad(SeriesCode.PIXELS_BAD, k, bits_stored=bits, smallest=smallest, largest=largest)


def _bad(code: Code, k: int, **evidence: Any) -> InputError:
    return InputError(code, evidence={"slice": k, **evidence})
