"""How elements are laid out in bytes: explicit or implicit, little or big endian (PS3.5 7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, Literal

UNDEFINED = 0xFFFFFFFF
KEEP_BYTES = 1024
"""Longer values are not kept: no value that a scan needs may be so long."""
TOO_LONG = b"?" * (KEEP_BYTES + 1)
"""Stands for them, so that a field that is needed and too long is not taken for a missing one."""
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
ITEM_BYTES = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
_BLOCK = 16384
_HEAD_LITTLE, _HEAD_BIG = struct.Struct("<HHI").unpack, struct.Struct(">HHI").unpack


class BrokenHeader(Exception):
    """The bytes are not DICOM elements (any more) at this place."""


class EndedEarly(Exception):
    """The bytes end before a stated length."""


class Cursor:
    """Reads small pieces anywhere in a file through one block of memory."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
        self._first, self._block = 0, b""

    def at(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`; EndedEarly when the file is shorter."""
        begin = offset - self._first
        if begin < 0 or begin + count > len(self._block):
            self.file.seek(offset)
            self._first, self._block = offset, self.file.read(max(count, _BLOCK))
            begin = 0
        piece = self._block[begin : begin + count]
        if len(piece) < count:
            raise EndedEarly
        return piece

    def value(self, offset: int, length: int) -> bytes:
        """Bytes of a value; `TOO_LONG`, and nothing is read, where they are more than is kept."""
        return self.at(offset, length) if length <= KEEP_BYTES else TOO_LONG

    def window(self, offset: int) -> tuple[int, bytes]:
        """Offset and bytes of a block that holds `offset`, however little of it follows."""
        if not self._first <= offset < self._first + len(self._block):
            self.file.seek(offset)
            self._first, self._block = offset, self.file.read(_BLOCK)
        return self._first, self._block


@dataclass(frozen=True, slots=True)
class Encoding:
    """One of the four ways to write elements."""

    explicit: bool
    little: bool

    def element(self, cursor: Cursor, offset: int) -> tuple[int, bytes, int, int]:
        """Tag, VR (empty where implicit), length of value, offset of value.

        Raises
        ------
        BrokenHeader
            When an explicit element has no value representation.
        EndedEarly
            When the file ends inside the element's head.
        """
        head = cursor.at(offset, 8)
        group, number, long = (_HEAD_LITTLE if self.little else _HEAD_BIG)(head)
        tag = group << 16 | number
        if not self.explicit or group == 0xFFFE:
            return tag, b"", long, offset + 8
        vr = head[4:6]
        if vr in SHORT_VRS:
            return tag, vr, (long >> 16 if self.little else long & 0xFFFF), offset + 8
        if vr in LONG_VRS:
            order: Literal["little", "big"] = "little" if self.little else "big"
            return tag, vr, int.from_bytes(cursor.at(offset + 8, 4), order), offset + 12
        raise BrokenHeader(f"no value representation at byte {offset}")

    def within(self, vr: bytes) -> Encoding:
        """Encoding of the items of a sequence; of unknown VR they are implicit (PS3.5 6.2.2)."""
        return Encoding(explicit=False, little=True) if vr == b"UN" else self


@dataclass(frozen=True, slots=True)
class Place:
    """Where the value of a sequence or item is, and how it is written."""

    begin: int
    length: int
    encoding: Encoding

    def moved(self, by: int) -> Place:
        """Return the same place, its beginning counted from elsewhere."""
        return Place(self.begin + by, self.length, self.encoding)


def is_sequence(cursor: Cursor, vr: bytes, length: int, begin: int) -> bool:
    """Whether a value is a sequence, by its VR or, where the VR does not say, by its start."""
    if vr == b"SQ" or length == UNDEFINED:
        return True
    return vr in (b"", b"UN") and length >= 8 and cursor.at(begin, 4) in ITEM_BYTES
