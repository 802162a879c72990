"""One writer at a time for an exam's folder and for the tables, across processes and machines.

A lock is the operating system's, on an open file, so it ends with the process that holds it; what
is written into the file only says who that is. docs/interruption.md has what network file systems
make of it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError

PATIENCE_S = 4 * 3600.0
"""How long a lock is waited for: many times what an exam, or the tables of a thousand, may take."""
SILENT_S = 1.0
"""A wait that is longer is told of, once."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.01, 0.5
_NAME_BYTES = 200
_LOG = logging.getLogger(__name__)


@contextmanager
def locked(path: Path, *, wait: bool = True, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold an exclusive lock on `path` while the body runs; waits for another holder.

    A wait of more than `SILENT_S` is logged as a warning, which Python prints if nobody handles it.

    Parameters
    ----------
    path
        File that is made when it is not there; it stays, empty.
    patience_s
        After so long another holder is one that will never let go: hung, or on a machine that was
        switched off and whose lock a file server keeps.

    Raises
    ------
    StoreError
        OUTPUT_BUSY, with who has it, when there is another holder and `wait` is false, or for too
        long; OUTPUT_UNWRITABLE when there cannot be such a file, or a lock on it.
    """
    with _opened(path) as file:
        _take(file, path, patience_s if wait else 0.0)
        _say(file, f"process {os.getpid()} on {socket.gethostname()}")
        yield
        _say(file, "")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")  # not emptied: it may be another's
    except OSError as error:
        raise _unusable(path, error) from error
    with file:
        yield file


def _take(file: BinaryIO, path: Path, patience_s: float) -> None:
    """Try until the lock is ours; a call that waits could not be left."""
    begin, pause_s, is_told = time.monotonic(), _FIRST_PAUSE_S, False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            waited_s = time.monotonic() - begin
            if waited_s >= patience_s:
                evidence = {"lock": str(path), "held by": _holder(file)}
                raise StoreError(ErrorCode.OUTPUT_BUSY, evidence=evidence) from error
            if waited_s > SILENT_S and not is_told:
                _LOG.warning("%s is in use, waiting for %s", path.name, _holder(file))
                is_told = True
        except OSError as error:  # a file system without locks
            raise _unusable(path, error) from error
        else:
            return
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _say(file: BinaryIO, words: str) -> None:
    with suppress(OSError):  # a full disk keeps nobody from what the lock is for
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), words.encode())


def _holder(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(_NAME_BYTES).decode("utf-8", "replace") or "a process that has just begun"


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        ErrorCode.OUTPUT_UNWRITABLE,
        evidence={"lock": str(path), "why": error.strerror or str(error)},
    )
