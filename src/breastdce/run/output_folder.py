"""A folder that one command writes: it may hold an earlier result of that command, nothing else."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError
from breastdce.formats.atomic import UNFINISHED


def check_folder(
    folder: Path, files: Collection[str], what: str, *, mark: str | None = None, called: str = "out"
) -> None:
    """Refuse a folder with files of something else.

    Parameters
    ----------
    folder
        Where the result goes; it need not be there.
    files
        Names that a result may have.
    what
        What the folder is to hold, for the message.
    mark
        Name of a file that every result has, where there is one.
    called
        Name of the folder in the evidence.

    Raises
    ------
    StoreError
        OUTPUT_FOREIGN, OUTPUT_UNWRITABLE when it is a file.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StoreError(ErrorCode.OUTPUT_UNWRITABLE, evidence={called: str(folder)})
    there = {entry.name for entry in folder.iterdir() if not entry.name.startswith(UNFINISHED)}
    foreign = sorted(there - set(files))
    if foreign or (mark is not None and there and mark not in there):
        raise StoreError(
            ErrorCode.OUTPUT_FOREIGN,
            f"The output folder holds something that is not {what}",
            evidence={called: str(folder), "holds": ", ".join(foreign[:5] or sorted(there)[:5])},
        )
