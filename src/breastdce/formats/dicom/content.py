"""What a file holds, in whatever encoding: to tell copies of one object from impostors."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import pydicom

from breastdce.formats.dicom.decode import DECODING_ERRORS

_PIXELS, _PADDING = 0x7FE00010, 0xFFFCFFFC
_PIXEL_ENCODING = frozenset(
    (0x00280002, 0x00280004, 0x00280006, 0x00282110, 0x00282112, 0x00282114)
)
"""Samples, color model, planar order and compression: recompressing without loss changes them."""


def file_digest(path: Path) -> str:
    """Name of the bytes of a file; OSError when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def content_digest(path: Path) -> str | None:
    """Name of the standard elements and decoded pixels of an object; None when it has none.

    Equal for copies in different transfer syntaxes. Private elements are left out, since their
    value representations do not survive implicit encoding, and so are group lengths and padding.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(path, force=True)
            name = hashlib.blake2b("\n".join(_lines(data)).encode("utf-8", "surrogateescape"))
            if _PIXELS in data:
                pixels = data.pixel_array
                name.update(f"pixels {pixels.shape}".encode())
                name.update(pixels.astype("<i8").tobytes())  # decoders differ in integer type
    except DECODING_ERRORS:
        return None  # what cannot be decoded is not known to be the same
    return name.hexdigest()


def _lines(data: pydicom.Dataset) -> Iterator[str]:
    for element in data:
        tag = element.tag
        if (
            tag.is_private
            or not tag.element
            or tag in (_PIXELS, _PADDING)
            or tag in _PIXEL_ENCODING
        ):
            continue
        if element.VR == "SQ":
            for item in element.value:
                yield f"{tag:08x} item"
                yield from _lines(item)
        else:
            yield f"{tag:08x} {element.value}"
