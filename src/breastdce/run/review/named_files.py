"""Files of the ledger, each named by its content."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from pathlib import Path

from breastdce.core.digest import digest_bytes
from breastdce.core.exam import ExamId
from breastdce.formats.atomic import UNFINISHED
from breastdce.formats.nifti import unpacked

_ENDING = ".nii.gz"


def file_digest(path: Path) -> str:
    """Name of a file's content: what `zcat FILE | b2sum -l 256` prints.

    Raises
    ------
    InputError
        IMAGE_INVALID when it cannot be unpacked.
    """
    return digest_bytes(unpacked(path))


class NamedFiles:
    """Files of one kind, in a folder for each exam; nothing here is ever written over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, exam: ExamId, digest: str) -> Path:
        """Where a file lies."""
        return self._folder / str(exam) / f"{digest}{_ENDING}"

    def add(self, exam: ExamId, digest: str, write: Callable[[Path], None]) -> None:
        """Write a file that is not there yet; it and its name are on disk when this returns."""
        path = self.path(exam, digest)
        if path.exists():
            return
        write(path)
        for folder in (path.parent, path.parent.parent):
            _through(folder)

    def sweep(self, named: Container[tuple[str, str]]) -> int:
        """Remove what a killed program left: files that no row and no draft names.

        Parameters
        ----------
        named
            Exam and digest of every file to keep; only while nobody else can write one.

        Returns
        -------
        int
            Number of files removed.
        """
        removed = 0
        for path in self._folder.glob("*/*"):
            stray = path.name.startswith(UNFINISHED)
            key = (path.parent.name, path.name.removesuffix(_ENDING))
            if stray or (path.name.endswith(_ENDING) and key not in named):
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def _through(folder: Path) -> None:
    """Bring the names in a folder onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
