"""NRRD files, attached (.nrrd) and detached (.nhdr): the only door to pynrrd.

A NRRD says in which patient space its numbers are; files that do not are refused, since a guess
would mirror the image. Axes come in the order of the file, fastest first: [i, j, k].
"""

from __future__ import annotations

import io
import math
import os
import zlib
from bz2 import BZ2Decompressor
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import nrrd
import numpy as np
from isal import igzip_lib
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.bounded import BoundedReader
from breastdce.formats.labels import LabelMap, label_map

Header = Mapping[str, Any]
MAGIC = b"NRRD"
_BROKEN: tuple[type[Exception], ...] = (
    nrrd.NRRDError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    zlib.error,
    igzip_lib.error,  # type: ignore[assignment]  # its stub declares an instance
)
"""What reading a damaged file may raise."""
_SPACES = {
    "right-anterior-superior": (1.0, 1.0, 1.0),
    "ras": (1.0, 1.0, 1.0),
    "left-anterior-superior": (-1.0, 1.0, 1.0),
    "las": (-1.0, 1.0, 1.0),
    "left-posterior-superior": (-1.0, -1.0, 1.0),
    "lps": (-1.0, -1.0, 1.0),
}
"""Patient spaces of the format's definition, and the signs that turn them into RAS+."""
_DATA_FILE = ("data file", "datafile")
_SKIPS = ("line skip", "lineskip", "byte skip", "byteskip")
_BOUNDED_ENCODINGS = ("raw", "gzip", "gz")
_WIDEST = 8  # bytes of a value
_MOST_SKIPPED = 1 << 20  # lines or bytes before the values
_CHUNK = 1 << 20
_GZIP = 31  # zlib's window argument: a gzip member
_MAX_VOXELS = 2**30  # beyond any MR volume: a header that asks for more is refused unread


def read_nrrd(path: Path | str) -> Volume:
    """Read a three-dimensional NRRD image.

    Parameters
    ----------
    path
        A .nrrd file, or a .nhdr file with its data file beside it; raw, gzip, bzip2 or text.

    Returns
    -------
    Volume
        float32, [i, j, k], RAS+.

    Raises
    ------
    InputError
        IMAGE_INVALID for anything that is not such a file, or does not state its space and
        origin; GRID_INVALID for a sheared grid.
    """
    values, grid = _load(Path(path))
    return Volume(np.asfortranarray(values, dtype=np.float32), grid)


def read_nrrd_labels(path: Path) -> LabelMap:
    """Read a label image; errors as `read_nrrd`, IMAGE_INVALID for values that are no labels."""
    values, grid = _load(path)
    return label_map(values, grid, path)


def parse_attached(
    content: bytes, path: Path, most_voxels: int
) -> tuple[NDArray[Any], Grid | None, dict[str, str]]:
    """Read a NRRD of one file that comes from outside, never unpacking more than it may hold.

    Parameters
    ----------
    content
        The file.
    path
        Named in errors.
    most_voxels
        A header that asks for more is refused unread.

    Returns
    -------
    tuple
        Values as stored, [i, j, k]; the grid, None where the file does not say where its voxels
        are; and its fields of text.

    Raises
    ------
    InputError
        IMAGE_INVALID, also for several volumes in one file, a data file apart, and encodings other
        than raw and gzip; GRID_INVALID for a sheared grid.
    """
    try:
        stream = io.BytesIO(content)
        header = nrrd.read_header(stream)
        sizes = _bounded_sizes(header, path, most_voxels)
        placed = {"space", "space directions", "space origin"} <= header.keys()
        grid = _grid(header, path) if placed else None
        packed = str(header["encoding"]) != "raw"
        rest = BoundedReader(content[stream.tell() :], gzip=packed)
        payload = rest.take(math.prod(sizes) * _WIDEST)
        inline = {**header, "encoding": "raw"}
        values = nrrd.read_data(inline, io.BytesIO(payload), index_order="F")
        whole = len(payload) == values.nbytes and rest.at_end()
    except _BROKEN as error:
        raise _invalid(path, str(error) or type(error).__name__) from error
    if not whole:
        raise _invalid(path, "bytes follow the values, or their checksum is missing")
    if values.dtype.kind not in "iuf":
        raise _invalid(path, f"values of type {header['type']}")
    fields = {str(key): str(header[key]) for key in header if isinstance(header[key], str)}
    return values, grid, fields


def _bounded_sizes(header: Header, path: Path, most_voxels: int) -> list[int]:
    """Sizes of what is one volume in the file itself, small enough to be read."""
    sizes = [int(size) for size in header["sizes"]]
    if any(key in header for key in _DATA_FILE):
        raise _invalid(path, "its values are in another file; save it as one .nrrd file")
    if str(header["encoding"]) not in _BOUNDED_ENCODINGS:
        raise _invalid(path, f"encoding {header['encoding']}; save it with gzip, or raw")
    if any(int(header.get(key, 0)) for key in _SKIPS):
        raise _invalid(path, "bytes or lines before the values")
    if len(sizes) == 4:
        raise _invalid(path, f"{sizes[0]} layers of segments that overlap; keep one segment")
    if len(sizes) != 3 or min(sizes) < 1 or math.prod(sizes) > most_voxels:
        raise _invalid(path, f"not one image of at most {most_voxels} voxels: sizes {sizes}")
    return sizes


def _load(path: Path) -> tuple[NDArray[Any], Grid]:
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise _invalid(path, "not a NRRD file")
            file.seek(0)
            header = nrrd.read_header(file)
            grid = _grid(header, path)
            with _data(header, path, file) as data:
                _check_size(header, path, data)
                # The data file is open already: pynrrd would leave it open when it fails.
                inline = {key: header[key] for key in header if key not in _DATA_FILE}
                values = nrrd.read_data(inline, data, index_order="F")
    except _BROKEN as error:
        raise _invalid(path, str(error) or type(error).__name__) from error
    if values.dtype.kind not in "iuf":
        raise _invalid(path, f"values of type {header['type']}")
    return values, grid


def _check_size(header: Header, path: Path, data: BinaryIO) -> None:
    """Refuse what would unpack to more than its image, before pynrrd unpacks all of it."""
    skips = [int(header.get(key, 0)) for key in _SKIPS]
    if max(skips) > _MOST_SKIPPED:
        raise _invalid(path, f"skips of {max(skips)}")
    unpackers = {"gz": _gunzip, "gzip": _gunzip, "bz2": BZ2Decompressor, "bzip2": BZ2Decompressor}
    encoding = str(header["encoding"]).lower()
    if encoding not in unpackers:
        return
    start, left = data.tell(), math.prod(map(int, header["sizes"])) * _WIDEST + _MOST_SKIPPED
    stream = unpackers[encoding]()
    rest = b""
    while left > 0 and not stream.eof:
        rest = rest or data.read(_CHUNK)
        piece = stream.decompress(rest, _CHUNK)
        rest = getattr(stream, "unconsumed_tail", b"")  # bz2 keeps its own
        if not piece and not rest and not (rest := data.read(_CHUNK)):
            break
        left -= len(piece)
    if left <= 0:
        raise _invalid(path, "it unpacks to more than its image")
    data.seek(start)


def _gunzip() -> Any:
    return zlib.decompressobj(_GZIP)


@contextmanager
def _data(header: Header, path: Path, attached: BinaryIO) -> Iterator[BinaryIO]:
    """File that holds the values, at the place where they begin."""
    name = next((str(header[key]) for key in _DATA_FILE if key in header), None)
    if name is None:
        yield attached
        return
    if name.split()[0] == "LIST" or "%" in name:
        raise _invalid(path, "the values are in several data files")
    place = path.parent / name
    if not place.is_file():  # a pipe or a device would block for ever
        raise _invalid(path, f"its data file is not there: {os.fspath(place.name)}")
    with place.open("rb") as file:
        yield file


def _grid(header: Header, path: Path) -> Grid:
    sizes = [int(size) for size in header["sizes"]]
    if len(sizes) != 3 or float(np.prod(sizes, dtype=np.float64)) > _MAX_VOXELS:
        raise _invalid(path, f"not one three-dimensional image: sizes {sizes}")
    signs = _signs(header, path)
    vectors = np.asarray(header["space directions"], dtype=np.float64)  # a row for each axis
    origin = np.asarray(header["space origin"], dtype=np.float64)
    if vectors.shape != (3, 3) or origin.shape != (3,):
        raise _invalid(path, "an axis without direction, or an origin that is no point")
    lengths = np.sqrt((vectors**2).sum(axis=1))
    if not (np.isfinite(vectors).all() and lengths.all()):
        raise _invalid(path, "the space directions are not finite or 0")
    return Grid(
        shape=(sizes[0], sizes[1], sizes[2]),
        spacing_mm=(float(lengths[0]), float(lengths[1]), float(lengths[2])),
        direction=(vectors / lengths[:, None]).T * signs[:, None] + 0.0,  # no negative zeros
        origin_mm=tuple((origin * signs + 0.0).tolist()),
    )


def _signs(header: Header, path: Path) -> NDArray[np.float64]:
    """Factors from the file's space to RAS+, shape (3,)."""
    space = str(header.get("space", "")).lower()
    missing = [key for key in ("space directions", "space origin") if key not in header]
    units = {str(unit).lower() for unit in header.get("space units", ())} - {"mm", ""}
    if space in _SPACES and not missing and not units:
        return np.array(_SPACES[space])
    facts = {"space": space or "missing", "missing": missing, "units other than mm": sorted(units)}
    raise InputError(
        ErrorCode.IMAGE_INVALID,
        "A NRRD file does not say where its voxels are",
        evidence={"file": path.name, **{key: value for key, value in facts.items() if value}},
        remedy="Write it with space (left-posterior-superior, or another patient space), space "
        "directions and space origin, in mm.",
    )


def _invalid(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.IMAGE_INVALID, evidence={"file": path.name, "why": why})
