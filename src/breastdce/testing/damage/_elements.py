"""Take a little-endian DICOM file apart into its top elements, and put it together again.

On purpose not the reader that is tested: nothing is checked, and anything can be written, whatever
DICOM says of it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace

_LONG = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PREAMBLE = 132
_GROUP_LENGTH, _SYNTAX = 0x00020000, 0x00020010
_IMPLICIT = b"1.2.840.10008.1.2"
PIXELS = 0x7FE00010


@dataclass(frozen=True, slots=True)
class Element:
    """One element with the bytes of its value, delimiters of a sequence among them."""

    tag: int
    vr: bytes
    """Two letters; of no matter in an implicit file."""
    value: bytes
    length: int | None = None
    """As it is written; None: that of the value."""

    def pack(self, *, implicit: bool) -> bytes:
        """Bytes of the element."""
        length = len(self.value) if self.length is None else self.length
        tag = struct.pack("<HH", self.tag >> 16, self.tag & 0xFFFF)
        if implicit:
            return tag + struct.pack("<I", length & _UNDEFINED) + self.value
        if self.vr in _LONG:
            return tag + self.vr + b"\0\0" + struct.pack("<I", length & _UNDEFINED) + self.value
        return tag + self.vr + struct.pack("<H", length & 0xFFFF) + self.value


@dataclass(slots=True)
class DataSet:
    """A file with preamble: group 2, then its elements in the order in which they stand."""

    meta: list[Element] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    implicit: bool = False
    tail: bytes = b""
    """Whatever follows the last element."""

    def get(self, tag: int) -> bytes:
        """Value of an element; empty when absent."""
        return next((item.value for item in self.elements if item.tag == tag), b"")

    def text(self, tag: int) -> str:
        """Value of a text, without padding."""
        return self.get(tag).decode("latin-1").strip(" \0")

    def put(self, tag: int, vr: bytes, value: bytes | str) -> None:
        """Replace or insert an element; texts get their padding."""
        raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        new = Element(tag, vr, raw + b" " * (len(raw) % 2))
        for index, item in enumerate(self.elements):
            if item.tag == tag:
                self.elements[index] = replace(new, vr=item.vr)
                return
        place = sum(item.tag < tag for item in self.elements)
        self.elements.insert(place, new)

    def put_short(self, tag: int, value: int) -> None:
        """Replace or insert an unsigned 16-bit number."""
        self.put(tag, b"US", struct.pack("<H", value & 0xFFFF))

    def remove(self, tag: int) -> None:
        """Leave an element out."""
        self.elements = [item for item in self.elements if item.tag != tag]

    def put_syntax(self, uid: str) -> None:
        """State another transfer syntax; the bytes stay as they are."""
        value = uid.encode() + b"\0" * (len(uid) % 2)
        self.meta = [
            replace(item, value=value) if item.tag == _SYNTAX else item for item in self.meta
        ]

    def pack(self) -> bytes:
        """Bytes of the file; the length of group 2 is that of what stands there."""
        meta = b"".join(
            item.pack(implicit=False) for item in self.meta if item.tag != _GROUP_LENGTH
        )
        length = Element(_GROUP_LENGTH, b"UL", struct.pack("<I", len(meta))).pack(implicit=False)
        body = b"".join(item.pack(implicit=self.implicit) for item in self.elements)
        return bytes(_PREAMBLE - 4) + b"DICM" + length + meta + body + self.tail


def take_apart(content: bytes) -> DataSet:
    """Elements of a clean little-endian file with preamble."""
    found = DataSet()
    offset = _PREAMBLE
    while offset < len(content) and content[offset : offset + 2] == b"\x02\x00":
        item, offset = _element(content, offset, implicit=False)
        found.meta.append(item)
    syntax = next((item.value for item in found.meta if item.tag == _SYNTAX), b"")
    found.implicit = syntax.strip(b"\0 ") == _IMPLICIT
    while offset < len(content):
        item, offset = _element(content, offset, implicit=found.implicit)
        found.elements.append(item)
    return found


def edited(content: bytes, edit: Callable[[DataSet], None]) -> bytes:
    """A file after an edit of its elements."""
    data = take_apart(content)
    edit(data)
    return data.pack()


def _element(content: bytes, offset: int, *, implicit: bool) -> tuple[Element, int]:
    tag, vr, length, begin = _head(content, offset, implicit=implicit)
    if length == _UNDEFINED:
        end = _end(content, begin, implicit=implicit)
        return Element(tag, vr, content[begin:end], length), end
    return Element(tag, vr, content[begin : begin + length]), begin + length


def _head(content: bytes, offset: int, *, implicit: bool) -> tuple[int, bytes, int, int]:
    group, number = struct.unpack_from("<HH", content, offset)
    tag = group << 16 | number
    if implicit or group == _ITEM >> 16:
        return tag, b"", struct.unpack_from("<I", content, offset + 4)[0], offset + 8
    vr = content[offset + 4 : offset + 6]
    if vr in _LONG:
        return tag, vr, struct.unpack_from("<I", content, offset + 8)[0], offset + 12
    return tag, vr, struct.unpack_from("<H", content, offset + 6)[0], offset + 8


def _end(content: bytes, offset: int, *, implicit: bool) -> int:
    """Offset behind the delimiter of a sequence or item without stated length."""
    while True:
        tag, _, length, begin = _head(content, offset, implicit=implicit)
        if tag in (_SEQUENCE_END, _ITEM_END):
            return begin
        undefined = length == _UNDEFINED
        offset = _end(content, begin, implicit=implicit) if undefined else begin + length
