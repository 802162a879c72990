"""One writer at a time for an exam's folder and for the tables, across processes and machines."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold an exclusive lock on `path` while the body runs; waits for another holder.

    The operating system drops the lock when its holder dies, so a killed run blocks nobody.

    Raises
    ------
    StoreError
        OUTPUT_BUSY when there is another holder and `wait` is false; OUTPUT_UNWRITABLE when there
        can be no such file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.open("w")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE, evidence={"file": str(path), "why": why}
        ) from error
    with held as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(ErrorCode.OUTPUT_BUSY, evidence={"lock": str(path)}) from error
        yield
