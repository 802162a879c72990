"""Write DICOM files, most of them MR images, byte for byte the same from the same values.

No clock is read and no random UID drawn: every value comes from the caller.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)
from pydicom.valuerep import DSfloat

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

Pixels = NDArray[np.int16] | NDArray[np.uint16]
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
            dataset = _dataset(attributes)
            for item in private:
                block = dataset.private_block(item.group, item.creator, create=True)
                block.add_new(item.element, item.vr, item.value)
            if pixels is not None:
                _add_pixels(dataset, pixels)
            syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
            dataset.file_meta = _file_meta(dataset, syntax)
            path.parent.mkdir(parents=True, exist_ok=True)
            dcmwrite(path, dataset, enforce_file_format=True)
    except (ValueError, UserWarning) as error:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A value cannot be written as DICOM",
            evidence={"problem": str(error)},
            remedy="Check the value against its element's VR (DICOM PS3.5, table 6.2-1).",
        ) from error


def _dataset(attributes: Mapping[str, object]) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, _element(value))
    return dataset


def _element(value: object) -> object:
    """Fit floats into decimal strings, make mappings items; every other value as it is."""
    if isinstance(value, float):
        return DSfloat(value, auto_format=True)
    if isinstance(value, Mapping):
        return _dataset(value)
    if isinstance(value, (list, tuple)):
        return [_element(item) for item in value]
    return value


def _add_pixels(dataset: Dataset, pixels: Pixels) -> None:
    if pixels.ndim not in (2, 3) or pixels.dtype not in (np.int16, np.uint16):
        raise _unlike_an_image(pixels)
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        dataset.NumberOfFrames = len(pixels)
    dataset.BitsAllocated = 16
    stored = int(dataset.get("BitsStored", 16))
    dataset.BitsStored = stored
    dataset.HighBit = stored - 1
    dataset.PixelRepresentation = int(pixels.dtype == np.int16)
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset["PixelData"].VR = "OW"


def _unlike_an_image(pixels: Pixels) -> InputError:
    return InputError(
        ErrorCode.IMAGE_INVALID,
        "Not a 16-bit image of two axes",
        evidence={"shape": pixels.shape, "dtype": str(pixels.dtype)},
        remedy="Pass int16 or uint16, indexed [row, column].",
    )


def _file_meta(dataset: Dataset, syntax: UID) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = UID(derived_uid("breastdce"))
    meta.ImplementationVersionName = "BREASTDCE"
    return meta
