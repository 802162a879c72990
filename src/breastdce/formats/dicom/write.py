"""Write DICOM files, most of them MR images, byte for byte the same from the same values.

No clock is read and no random UID drawn: every value comes from the caller.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, MRImageStorage

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.encoded import Member, Value, encoded, encoded_block

Pixels = NDArray[np.int16] | NDArray[np.uint16]
_PIXEL_DATA, _PIXELS = 0x7FE00010, b"\xe0\x7f\x10\0"
_UUID_BITS = 128  # of a UID under 2.25, DICOM PS3.5 annex B.2


class PrivateElement(NamedTuple):
    """One element of a private block; its creator finds or makes the block."""

    group: int
    """Odd."""
    creator: str
    element: int
    """Low byte of the element number, 0x00 to 0xFF."""
    vr: str
    value: object


def derived_uid(seed: str) -> str:
    """Return the UID that `seed` always gives, under 2.25 (an integer of 128 bits)."""
    number = hashlib.blake2b(seed.encode(), digest_size=_UUID_BITS // 8).digest()
    return f"2.25.{int.from_bytes(number, 'big')}"


def write_mr_image(
    path: Path,
    pixels: Pixels,
    attributes: Mapping[str, object],
    *,
    private: Iterable[PrivateElement] = (),
    implicit: bool = False,
) -> None:
    """Write one MR image; its folder is made when absent.

    Parameters
    ----------
    path
        The file, replaced when it exists.
    pixels
        Stored values, shape (rows, columns).
    attributes
        DICOM keyword to value; LPS mm and DICOM units. Floats of decimal strings are shortened to
        the 16 characters that the standard allows. Must hold `SOPInstanceUID`.
    private
        Private elements.
    implicit
        Write Implicit VR Little Endian instead of Explicit.

    Raises
    ------
    InputError
        IMAGE_INVALID when `pixels` is not a 16-bit image of two axes, or a value breaks the rules
        of its element.
    """
    if pixels.ndim != 2:
        raise _unlike_an_image(pixels)
    classed = {**attributes, "SOPClassUID": MRImageStorage}
    write_object(path, classed, pixels=pixels, private=private, implicit=implicit)


def write_object(
    path: Path,
    attributes: Mapping[str, object],
    *,
    pixels: Pixels | None = None,
    private: Iterable[PrivateElement] = (),
    implicit: bool = False,
) -> None:
    """Write an object of any class: an enhanced image, a segmentation, a report.

    Parameters
    ----------
    path
        The file, replaced when it exists; its folder is made when absent.
    attributes
        DICOM keyword to value, as in `write_mr_image`; a list of mappings is a sequence. Must hold
        `SOPClassUID` and `SOPInstanceUID`.
    pixels
        Stored values, shape (rows, columns) or (frames, rows, columns); none for an object without.
    private, implicit
        As in `write_mr_image`.

    Raises
    ------
    InputError
        IMAGE_INVALID when `pixels` is not 16-bit, or a value breaks the rules of its element.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pydicom warns of a value that breaks its VR's rules
            elements = _elements(attributes, pixels, private, implicit=implicit)
            content = _file_meta(attributes, implicit=implicit) + elements
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (ValueError, UserWarning) as error:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A value cannot be written as DICOM",
            evidence={"problem": str(error)},
            remedy="Check the value against its element's VR (DICOM PS3.5, table 6.2-1).",
        ) from error


def _elements(
    attributes: Mapping[str, object],
    pixels: Pixels | None,
    private: Iterable[PrivateElement],
    *,
    implicit: bool,
) -> bytes:
    """The data set: elements in order of their tags."""
    told = dict(attributes) if pixels is None else {**attributes, **_image(attributes, pixels)}
    elements = [encoded(name, Value(value), implicit) for name, value in told.items()]
    groups: dict[int, list[Member]] = {}
    for item in private:
        member = Member(item.creator, item.element, item.vr, Value(item.value))
        groups.setdefault(item.group, []).append(member)
    elements += [encoded_block(group, tuple(items), implicit) for group, items in groups.items()]
    if pixels is not None:
        values = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
        head = _PIXELS if implicit else _PIXELS + b"OW\0\0"
        elements.append((_PIXEL_DATA, head + struct.pack("<I", len(values)) + values))
    return b"".join(content for _, content in sorted(elements))


def _image(attributes: Mapping[str, object], pixels: Pixels) -> dict[str, object]:
    if pixels.ndim not in (2, 3) or pixels.dtype not in (np.int16, np.uint16):
        raise _unlike_an_image(pixels)
    stored = int(str(attributes.get("BitsStored", 16)))
    return {
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        **({"NumberOfFrames": len(pixels)} if pixels.ndim == 3 else {}),
        "Rows": pixels.shape[-2],
        "Columns": pixels.shape[-1],
        "BitsAllocated": 16,
        "BitsStored": stored,
        "HighBit": stored - 1,
        "PixelRepresentation": int(pixels.dtype == np.int16),
    }


def _unlike_an_image(pixels: Pixels) -> InputError:
    return InputError(
        ErrorCode.IMAGE_INVALID,
        "Not a 16-bit image of two axes",
        evidence={"shape": pixels.shape, "dtype": str(pixels.dtype)},
        remedy="Pass int16 or uint16, indexed [row, column].",
    )


def _file_meta(attributes: Mapping[str, object], *, implicit: bool) -> bytes:
    """Preamble, mark and group 2 (DICOM PS3.10, 7.1)."""
    told = {
        "FileMetaInformationVersion": b"\0\1",
        "MediaStorageSOPClassUID": attributes["SOPClassUID"],
        "MediaStorageSOPInstanceUID": attributes["SOPInstanceUID"],
        "TransferSyntaxUID": ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian,
        "ImplementationClassUID": derived_uid("breastdce"),
        "ImplementationVersionName": "BREASTDCE",
    }
    group = b"".join(encoded(name, Value(value), False)[1] for name, value in told.items())
    _, length = encoded("FileMetaInformationGroupLength", Value(len(group)), False)
    return b"\0" * 128 + b"DICM" + length + group
