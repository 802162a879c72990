"""Whether two files hold the same object, in whatever encoding."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

_PIXELS = 0x7FE00010
_PADDING = 0xFFFCFFFC
_IMAGE_PIXEL = 0x0028
"""Group that describes the pixels' encoding; compression may change it without loss."""


def same_content(first: Path, second: Path) -> bool:
    """Whether two files with one SOP instance UID hold equal elements and equal decoded pixels."""
    if first.stat().st_size == second.stat().st_size and first.read_bytes() == second.read_bytes():
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _equal(pydicom.dcmread(first, force=True), pydicom.dcmread(second, force=True))
    except (OSError, EOFError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
        return False  # what cannot be compared is not known to be the same
    except (NotImplementedError, InvalidDicomError):
        return False


def _equal(first: pydicom.Dataset, second: pydicom.Dataset) -> bool:
    return _elements(first) == _elements(second) and _pixels_equal(first, second)


def _elements(data: pydicom.Dataset) -> dict[int, str]:
    """Return standard elements as text, without group lengths, padding and pixel encoding."""
    return {
        int(element.tag): str(element.value)
        for element in data
        if element.tag.element
        and not element.tag.is_private  # VRs of private elements depend on the encoding
        and element.tag.group != _IMAGE_PIXEL
        and element.tag not in (_PIXELS, _PADDING)
    }


def _pixels_equal(first: pydicom.Dataset, second: pydicom.Dataset) -> bool:
    if _PIXELS not in first or _PIXELS not in second:
        return (_PIXELS in first) == (_PIXELS in second)
    return np.array_equal(first.pixel_array, second.pixel_array)
