"""Named arrays in one safetensors file: nothing unpickled, whole or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.atomic import write_bytes

Arrays = dict[str, NDArray[Any]]
_MOST_WORDS = 300


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file of arrays must be; kept in another file."""

    size_bytes: int
    sha256: str


def write_tensors(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Seal:
    """Write arrays by name, any numeric dtype and shape.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE; nothing is left behind.
    """
    from safetensors.numpy import save

    payload = save(dict(arrays))
    write_bytes(path, payload)
    return _seal(payload)


def read_tensors(path: Path, seal: Seal) -> Arrays:
    """Read arrays, after length and SHA-256 of the file are found to be the sealed ones.

    Raises
    ------
    InputError
        WEIGHTS_DAMAGED when the file is missing, cut off or altered.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found_bytes = path.stat().st_size
        if found_bytes != seal.size_bytes:
            raise _damaged(path, f"{found_bytes} bytes, {seal.size_bytes} were written")
        payload = path.read_bytes()
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    if _seal(payload) != seal:
        raise _damaged(path, "its SHA-256 is not the one that was written")
    try:
        return dict(load(payload))
    except (SafetensorError, KeyError, ValueError, TypeError, MemoryError) as error:
        # A type that arrays do not have is a KeyError there.
        raise _damaged(path, f"{type(error).__name__}: {error}"[:_MOST_WORDS]) from error


def _seal(payload: bytes) -> Seal:
    return Seal(size_bytes=len(payload), sha256=hashlib.sha256(payload).hexdigest())


def _damaged(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.WEIGHTS_DAMAGED, evidence={"file": str(path), "why": why})
