"""Single arrays on disk that are read in parts."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.atomic import write_bytes


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array as .npy.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE; nothing is left behind.
    """
    buffer = BytesIO()
    np.save(buffer, array, allow_pickle=False)
    write_bytes(path, buffer.getvalue())


def map_array(path: Path) -> NDArray[Any]:
    """Open an array for reading; only what is looked at is read.

    Raises
    ------
    InputError
        IMAGE_INVALID when the file is missing, cut off, or holds anything but numbers.
    """
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(
            ErrorCode.IMAGE_INVALID, evidence={"file": str(path), "why": str(error)}
        ) from error
    return array
