"""NIfTI-1 files: the only door to nibabel, which writes the headers.

One geometry is written twice: the sform exactly, the qform as near as its quaternion can say, both
with code 1 (scanner). The header holds numbers only; every text field is empty and there are no
extensions. The bytes depend on the content alone: the gzip header has no time and no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
from isal import igzip, igzip_lib
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.atomic import write_parts
from breastdce.formats.gzip_frame import gzip_frame
from breastdce.formats.labels import LabelMap, label_map
from breastdce.formats.nifti_header import HEADER_BYTES, NiftiHeader

StoredType = Literal["float32", "exact-integer", "int16"]
Array = NDArray[Any]
Packed = list[bytes | memoryview]
"""Buffers that make a file, one after another."""

BROKEN: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    OverflowError,
    MemoryError,
    ValueError,
    KeyError,
    igzip_lib.error,  # type: ignore[assignment]  # its stub declares an instance
)
"""What reading a damaged file may raise."""
_MAGIC = b"n+1\x00"
_SCANNER = 1  # NIfTI-1: sform and qform code "scanner anatomical"
_INTEGER_TYPES = (np.int16, np.uint16, np.int32)  # smallest first; readers know all three
MAX_TURN_RAD = 1.3e-3
"""What the qform may be turned against the sform. Readers take a quaternion's first component for
0 below 6e-4 (nibabel: its square below 3 float32 eps), which is the cosine of half the angle: turns
within 1.2e-3 rad of half a turn, and so some double oblique axial series, cannot be said."""
_MAX_VOXELS = 2**30  # beyond any MR volume: a header that asks for more is refused unread


def write_volume(
    path: Path | str, volume: Volume, *, dtype: StoredType = "float32", slope: float = 1.0
) -> None:
    """Write an image as .nii.gz, as tightly as `gzip_frame.compress_here` said.

    Parameters
    ----------
    path
        File to write, whole or not at all.
    volume
        Stored values (before `slope`), [i, j, k], on a RAS+ grid.
    dtype
        `float32`; `int16`; or `exact-integer`, the first of int16, uint16, int32 that holds
        every value exactly, else float32.
    slope
        What a reader multiplies stored values by.

    Raises
    ------
    InputError
        IMAGE_INVALID when values do not fit the type, or NIfTI cannot hold the grid.
    StoreError
        OUTPUT_UNWRITABLE.
    """
    path = Path(path)
    write_parts(path, pack_volume(path, volume, dtype=dtype, slope=slope))


def pack_volume(
    path: Path, volume: Volume, *, dtype: StoredType = "float32", slope: float = 1.0
) -> Packed:
    """The file that `write_volume` writes, by its parts; `path` is named in errors."""
    stored = _stored(volume.data, dtype)
    if stored is None:
        raise _invalid(path, f"values are not whole numbers of type {dtype}")
    return _packed(path, stored, volume.grid, slope)


def scaled(stored: NDArray[np.int16], slope: float) -> NDArray[np.float32]:
    """What `read_volume` gives for values that were written with a slope."""
    if slope == 1.0:
        return np.asfortranarray(stored, dtype=np.float32)
    values = np.empty(stored.shape, np.float32, order="F")
    # The product has float64's digits, block by block: no array of that type is made.
    return np.multiply(stored, float(np.float32(slope)), out=values, dtype=np.float64)


def write_mask(path: Path | str, mask: Mask) -> None:
    """Write a mask as .nii.gz, uint8, 0 and 1; errors as `write_volume`."""
    path = Path(path)
    write_parts(path, _packed_mask(mask, path))


def mask_bytes(mask: Mask, path: Path) -> bytes:
    """The file that `write_mask` writes; `path` is named in errors."""
    return b"".join(_packed_mask(mask, path))


def mask_content(mask: Mask, path: Path) -> bytes:
    """The bytes that `write_mask` compresses: header and voxels; `path` is named in errors."""
    return _content(path, mask.data.view(np.uint8), mask.grid)


def volume_content(volume: Volume, path: Path) -> bytes:
    """The bytes that `write_volume` compresses of float32; `path` is named in errors."""
    return _content(path, volume.data, volume.grid)


def unpacked(path: Path) -> bytes:
    """Bytes of a file of masks, decompressed where they are gzip; InputError(IMAGE_INVALID)."""
    with _whole(path), _open(path) as file:
        payload: bytes = file.read(_MAX_VOXELS + HEADER_BYTES)
        return payload


def _packed_mask(mask: Mask, path: Path) -> Packed:
    return _packed(path, mask.data.view(np.uint8), mask.grid, 1.0)


def read_volume(path: Path | str) -> Volume:
    """Read a three-dimensional NIfTI-1 image, .nii or .nii.gz, slope and intercept applied.

    Returns
    -------
    Volume
        float32, [i, j, k], RAS+.

    Raises
    ------
    InputError
        IMAGE_INVALID for anything that is not such a file, GRID_INVALID for a sheared grid.
    """
    path = Path(path)
    with _whole(path):
        header, data = _load(path)
        return Volume(np.asfortranarray(data, dtype=np.float32), grid_of(header, path))


def read_mask(path: Path | str) -> Mask:
    """Read a mask; errors as `read_volume`, and IMAGE_INVALID for values other than 0 and 1."""
    path = Path(path)
    with _whole(path):
        header, data = _load(path)
        mask = data.view(np.bool_) if data.dtype == np.uint8 and data.max() <= 1 else data != 0
        if not np.array_equal(data, mask):
            raise _invalid(path, "a mask holds other values than 0 and 1")
        return Mask(np.asfortranarray(mask), grid_of(header, path))


def read_grid(path: Path) -> Grid:
    """Read only where the voxels of an image lie; errors as `read_volume`."""
    with _whole(path), _open(path) as file:
        return grid_of(read_header(file.read(HEADER_BYTES), path), path)


def read_labels(path: Path) -> LabelMap:
    """Read a label image; errors as `read_volume`, IMAGE_INVALID for values that are no labels."""
    with _whole(path):
        header, data = _load(path)
        return label_map(data, grid_of(header, path), path)


def grid_of(header: NiftiHeader, path: Path) -> Grid:
    """Grid of a NIfTI header; spacing from pixdim, as the shortest decimal of each float32.

    Spacing recovered from the matrix would lose the last bits, and 0.7 mm, stored as float32,
    would come back as 0.699999988. The matrix wins where it contradicts pixdim by more than 1e-4.
    """
    affine = header.affine()
    norms = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    if not (np.isfinite(affine).all() and norms.all()):
        raise _invalid(path, "the orientation matrix is not finite or singular")
    stated = [float(str(value)) for value in np.abs(header["pixdim"][1:4])]
    agree = np.allclose(stated, norms, rtol=1e-4, atol=0)
    spacing = stated if agree else norms.tolist()
    origin = affine[:3, 3].tolist()
    shape = volume_shape(header, path)
    return Grid(shape, tuple(spacing), affine[:3, :3] / norms, tuple(origin))


def _content(path: Path, stored: Array, grid: Grid) -> bytes:
    header = _header(path, stored.dtype, grid, 1.0)
    return bytes(header.binaryblock) + bytes(4) + stored.tobytes(order="F")


def _packed(path: Path, stored: Array, grid: Grid, slope: float) -> Packed:
    header = _header(path, stored.dtype, grid, slope)
    # Four zero bytes after the header say: no extensions.
    return gzip_frame(header.binaryblock + bytes(4), stored)


def _header(path: Path, dtype: np.dtype[Any], grid: Grid, slope: float) -> Any:
    # Loaded here, since it takes longer than to read an image, and reading does without.
    import nibabel as nib
    from nibabel.spatialimages import HeaderDataError

    header = nib.Nifti1Header(endianness="<")
    try:
        header.set_data_dtype(dtype)
        header.set_data_shape(grid.shape)
    except HeaderDataError as error:
        raise _unreadable(path, error) from error
    header["vox_offset"] = 352
    header["scl_slope"], header["scl_inter"] = slope, 0
    header.set_xyzt_units("mm")
    _set_geometry(header, grid)
    turn = form_difference_rad(NiftiHeader(header.binaryblock))
    if not turn <= MAX_TURN_RAD:
        raise _invalid(path, f"a qform would be turned by {turn:.2g} rad")
    return header


def _set_geometry(header: Any, grid: Grid) -> None:
    header.set_qform(grid.affine, code=_SCANNER)
    header["pixdim"][1:4] = grid.spacing_mm
    header["pixdim"][4:] = 0
    header.set_sform(grid.affine, code=_SCANNER)


def _stored(data: Array, dtype: StoredType) -> Array | None:
    """Values in the type to store; None where it cannot hold them."""
    if dtype == "float32":
        return data.astype(np.float32, copy=False)
    low, high = float(data.min()), float(data.max())
    kinds = _INTEGER_TYPES if dtype == "exact-integer" else _INTEGER_TYPES[:1]
    for kind in kinds:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:  # NaN fails too
            stored = data.astype(kind)
            if np.array_equal(stored, data):
                return stored
            break  # a wider type would not hold a fraction either
    return data if dtype == "exact-integer" else None


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Turn what a damaged file raises into InputError(IMAGE_INVALID)."""
    try:
        yield
    except BROKEN as error:
        raise _unreadable(path, error) from error


def _load(path: Path) -> tuple[NiftiHeader, Array]:
    """Header, and data as float64 or the stored type where no scale applies."""
    with _open(path) as file:
        header = read_header(file.read(HEADER_BYTES), path)
        shape = volume_shape(header, path)
        dtype = header.dtype
        size = int(np.prod(shape)) * dtype.itemsize
        file.seek(max(int(header["vox_offset"]), HEADER_BYTES))
        payload = file.read(size)
        slope, inter = header.scale
    if len(payload) != size:
        raise _invalid(path, f"{len(payload)} of {size} bytes of type {dtype}")
    stored = np.frombuffer(payload, dtype).reshape(shape, order="F")
    if (slope, inter) == (1.0, 0.0):
        return header, stored
    return header, stored * slope + inter


def form_difference_rad(header: NiftiHeader) -> float:
    """Largest angle between the axes of sform and qform, their lengths' difference included."""
    sform, qform = header.sform()[:3, :3], header.qform()[:3, :3]
    lengths = np.abs(header["pixdim"][1:4]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # a hostile pixdim may be 0
        apart = (sform - qform) / lengths
    return float(np.sqrt((apart**2).sum(axis=0)).max())


def read_header(block: bytes, path: Path) -> NiftiHeader:
    """Header of a NIfTI-1 file from its first 348 bytes; `path` is named in errors."""
    magic = block[344:348]
    if magic != _MAGIC:
        raise _invalid(path, f"not a single NIfTI-1 file: {len(block)} bytes, mark {magic!r}")
    return NiftiHeader(block)


def _open(path: Path) -> Any:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return igzip.open(path, "rb") if compressed else path.open("rb")


def volume_shape(header: NiftiHeader, path: Path) -> tuple[int, int, int]:
    """Size along i, j, k; InputError(IMAGE_INVALID) for anything but one volume."""
    dim = [int(n) for n in header["dim"]]
    sizes = dim[1 : dim[0] + 1]
    plain = 3 <= dim[0] <= 7 and min(sizes) >= 1 and max(sizes[3:], default=1) == 1
    if not plain or float(np.prod(sizes, dtype=np.float64)) > _MAX_VOXELS:
        raise _invalid(path, f"not one volume: dimensions {dim}")
    return (sizes[0], sizes[1], sizes[2])


def _invalid(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.IMAGE_INVALID, evidence={"file": path.name, "why": why})


def _unreadable(path: Path, error: Exception) -> InputError:
    if not isinstance(error, FileNotFoundError):
        return _invalid(path, str(error) or "more than fits into memory")
    return InputError(
        ErrorCode.IMAGE_INVALID,
        evidence={"file": path.name, "why": "no such file"},
        remedy="Check the name and the folder.",
    )
