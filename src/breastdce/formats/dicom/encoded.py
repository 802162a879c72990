"""Elements as the bytes of a file, each different one encoded once.

Slices of a series share nearly all of their header, and pydicom takes 10 ms for one; a trial has
tens of thousands of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.valuerep import DSfloat

_MOST_KEPT = 20_000
Element = tuple[int, bytes]
"""Tag and all bytes of an element."""


class Value:
    """A value that equals another where both are written alike."""

    __slots__ = ("_key", "given")

    def __init__(self, given: object) -> None:
        self.given = given
        self._key = repr(given)  # tells 1 from 1.0 and True, inside lists, too

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(_MOST_KEPT)
def encoded(keyword: str, value: Value, implicit: bool) -> Element:
    """One element of the standard, little endian; floats are fitted into decimal strings."""
    data = FileMetaDataset() if (tag_for_keyword(keyword) or 0) >> 16 == 2 else Dataset()
    setattr(data, keyword, _element(value.given))
    return next(iter(data.keys())), _bytes(data, implicit=implicit)


class Member(NamedTuple):
    """One private element of a group."""

    creator: str
    element: int
    """Low byte of the element number."""
    vr: str
    value: Value


@lru_cache(_MOST_KEPT)
def encoded_block(group: int, members: tuple[Member, ...], implicit: bool) -> Element:
    """Private elements of one group; each creator finds or makes its block."""
    data = Dataset()
    for member in members:
        block = data.private_block(group, member.creator, create=True)
        block.add_new(member.element, member.vr, member.value.given)
    return group << 16, _bytes(data, implicit=implicit)


def _bytes(data: Dataset, *, implicit: bool) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, implicit
    write_dataset(buffer, data)
    return buffer.getvalue()


def _dataset(attributes: Mapping[str, object]) -> Dataset:
    data = Dataset()
    for keyword, value in attributes.items():
        setattr(data, keyword, _element(value))
    return data


def _element(value: object) -> object:
    """Fit floats into decimal strings, make mappings items; every other value as it is."""
    if isinstance(value, float):
        return DSfloat(value, auto_format=True)
    if isinstance(value, Mapping):
        return _dataset(value)
    if isinstance(value, (list, tuple)):
        return [_element(item) for item in value]
    return value
