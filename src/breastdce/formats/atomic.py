"""Files appear whole or not at all: written aside in the same folder, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError

UNFINISHED = ".tmp-"
"""Prefix of every file that is not finished; see `remove_unfinished`."""
_NAME_CHARACTERS = 100  # of the file that it will be; a name has at most 255 bytes
_REFUSALS = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG})
"""What only writing meets: the disk is full, or may not be written."""


def write_bytes(path: Path, payload: bytes, *, private: bool = False) -> None:
    """Write a file so that a reader, or a crash, never sees a part of it.

    Folders are made as needed. The content is on disk before the name is. A `private` file can be
    read by its owner alone, from its first byte on.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE; nothing is left behind.
    """
    write_parts(path, (payload,), private=private)


def write_parts(path: Path, parts: Iterable[bytes | memoryview], *, private: bool = False) -> None:
    """Write buffers one after another as one file; else as `write_bytes`."""
    # The random part lets two processes, even of two machines, write the same file.
    aside = path.with_name(f"{_unfinished(path)}{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_through(aside, parts, 0o600 if private else 0o666)
        aside.replace(path)
    except OSError as error:
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE,
            evidence={"file": str(path), "why": error.strerror or str(error)},
        ) from error
    finally:
        with suppress(OSError):  # a disk that may not be written: there is nothing to remove
            aside.unlink(missing_ok=True)


@contextmanager
def disk_checked(folder: Path) -> Iterator[None]:
    """Let the body write in ways of its own, below `folder`.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE when the disk is full or read-only; any other OSError stays what it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE,
            evidence={"file": str(error.filename or folder), "why": os.strerror(error.errno)},
        ) from error


def remove_unfinished(folder: Path) -> int:
    """Remove what killed writers left under `folder`; return the number of files and folders.

    Only for folders that no live process is writing to.
    """
    strays = list(folder.rglob(f"{UNFINISHED}*"))
    for stray in strays:
        _remove(stray)
    return len(strays)


def remove_unfinished_in(folder: Path) -> None:
    """Remove what killed writers left in `folder` itself, not deeper; else as the above."""
    for stray in folder.glob(f"{UNFINISHED}*"):
        _remove(stray)


def remove_unfinished_of(path: Path) -> None:
    """Remove what killed writers of one file left; others may be writing beside it."""
    for stray in path.parent.glob(f"{UNFINISHED}*"):
        if stray.name.startswith(_unfinished(path)):
            _remove(stray)


def _unfinished(path: Path) -> str:
    return f"{UNFINISHED}{path.name[:_NAME_CHARACTERS]}-"


def _remove(stray: Path) -> None:
    if stray.is_dir() and not stray.is_symlink():
        shutil.rmtree(stray, ignore_errors=True)
    else:
        stray.unlink(missing_ok=True)


def _write_through(path: Path, parts: Iterable[bytes | memoryview], mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - the mode is given when it is made
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
