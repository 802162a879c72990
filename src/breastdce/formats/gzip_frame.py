"""Bytes into one gzip member: how tightly is chosen by what they hold, and by whoever writes.

The frame is ours (no name, no time), so that the bytes depend on the content and on the engines
alone. Buffers are read where they lie. One thread: images are written side by side.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Final, Literal

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from zlib_ng import zlib_ng

Compression = Literal["none", "fast", "small"]
"""`none`: stored as it is, in a frame that every reader of gzip opens. `fast`: within a twentieth
of zlib's level 6, in a fraction of its time. `small`: as small as is worth waiting for."""

FRAME_VERSION: Final = 1
"""Raised when equal values make other bytes, so that files written before are written again."""

Array = NDArray[Any]
_Deflate = Callable[[], Any]
"""Makes a compressor of a raw deflate stream."""

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no flags, no time, no system
_RAW = -15  # zlib's window argument: a deflate stream without a frame
_STORED_BYTES = 65535  # of a block that is stored: its length has 16 bits
_ISAL_LEVEL = 2  # as fast as level 1 on images, and smaller
_FAST_LEVEL, _SMALL_LEVEL = 3, 6  # zlib-ng; 6 is smaller than zlib's 9, and its own 9 is not
_SPARSE = 0.25  # share of voxels other than 0 below which runs of zeros are what there is to find
_TRIED_BYTES = 1 << 15
_TRIED_PLACES = 16
_WORTH = 1.03  # what the quicker of two may cost in size; it is three times as fast

_chosen: ContextVar[Compression] = ContextVar("compression", default="fast")


def compress_here(how: Compression) -> None:
    """Let every frame of this thread be made so from now on; it is `fast` until then."""
    _chosen.set(how)


def gzip_frame(header: bytes, stored: Array) -> list[bytes | memoryview]:
    """Compress a header and the values of an array, first axis fastest.

    Returns
    -------
    list of buffers
        To be written one after another. Values that are stored as they are are not copied: the
        buffers show the array's own memory.
    """
    values = np.ascontiguousarray(stored.T).data.cast("B")
    parts: tuple[bytes | memoryview, ...] = (header, values)
    how = _chosen.get()
    if how == "none":
        body = _stored_blocks(parts)
    else:
        stream = _deflate(stored, values, how)()
        body = [*(stream.compress(part) for part in parts), stream.flush()]
    checksum = isal_zlib.crc32(values, isal_zlib.crc32(header))
    size = (len(header) + len(values)) & 0xFFFFFFFF
    return [_HEADER, *body, struct.pack("<II", checksum, size)]


def _deflate(stored: Array, values: memoryview, how: Compression) -> _Deflate:
    if stored.itemsize == 1 or (stored.dtype.kind in "iu" and _is_sparse(stored)):
        quick, tight, worth = _runs, _small, _WORTH if how == "fast" else 1.0
    elif how == "small":
        return _small
    elif stored.dtype.kind == "f":
        return _isal
    else:
        quick, tight, worth = _isal, _fast, _WORTH
    tried = _tried(values)
    return quick if _size(quick, tried) <= worth * _size(tight, tried) else tight


def _is_sparse(stored: Array) -> bool:
    return bool(np.count_nonzero(stored) < _SPARSE * stored.size)


def _isal() -> Any:
    return isal_zlib.compressobj(_ISAL_LEVEL, isal_zlib.DEFLATED, _RAW)


def _fast() -> Any:
    return zlib_ng.compressobj(_FAST_LEVEL, zlib_ng.DEFLATED, _RAW)


def _small() -> Any:
    return zlib_ng.compressobj(_SMALL_LEVEL, zlib_ng.DEFLATED, _RAW)


def _runs() -> Any:
    """Look for runs of equal bytes alone: masks and sparse maps hold little else."""
    return zlib_ng.compressobj(1, zlib_ng.DEFLATED, _RAW, zlib_ng.DEF_MEM_LEVEL, zlib_ng.Z_RLE)


def _tried(values: memoryview) -> Sequence[memoryview]:
    """Pieces from all over the image, at places that its size alone decides."""
    step = max(len(values) // _TRIED_PLACES, _TRIED_BYTES)
    return [values[start : start + _TRIED_BYTES] for start in range(0, len(values), step)]


def _size(deflate: _Deflate, parts: Sequence[memoryview]) -> int:
    stream = deflate()
    return sum(len(stream.compress(part)) for part in parts) + len(stream.flush())


def _stored_blocks(parts: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Deflate blocks without compression (RFC 1951, 3.2.4)."""
    pieces = [
        part[start : start + _STORED_BYTES]
        for part in parts
        for start in range(0, len(part), _STORED_BYTES)
    ]
    blocks: list[bytes | memoryview] = []
    for number, piece in enumerate(pieces, start=1):
        size = len(piece)
        blocks += [struct.pack("<BHH", number == len(pieces), size, size ^ 0xFFFF), piece]
    return blocks
