"""Parse a whole DICOM file with pydicom: hostile bytes become one kind of error, no warnings."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

T = TypeVar("T")
PARSING_ERRORS = (
    AttributeError,
    BytesLengthException,
    EOFError,
    ArithmeticError,
    InvalidDicomError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What pydicom raises on hostile bytes."""


def read_quietly(path: Path, take: Callable[[Dataset], T], *, pixels: bool) -> T:
    """Parse a file and take something from it.

    Parameters
    ----------
    path
        A DICOM file; it need not have a preamble.
    take
        What is wanted of the data set. Values are decoded when they are asked for, so whatever
        the bytes do wrong may surface here.
    pixels
        Whether pixel data are read as well.

    Raises
    ------
    InputError
        IMAGE_INVALID when the file, or what is wanted of it, cannot be parsed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns of each odd value; we check what we use
            dataset = pydicom.dcmread(path, force=True, stop_before_pixels=not pixels)
            return take(dataset)
    except PARSING_ERRORS as error:
        raise unparsed(path, error) from error


def unparsed(path: Path, error: Exception) -> InputError:
    """IMAGE_INVALID for a file that cannot be parsed."""
    return InputError(
        ErrorCode.IMAGE_INVALID,
        "A DICOM object cannot be parsed",
        evidence={"file": path.name, "why": type(error).__name__},
        remedy="Export the object again, or remove it.",
    )
