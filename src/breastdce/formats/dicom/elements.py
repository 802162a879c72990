"""Walk the elements of a DICOM file without decoding them: small values are kept, large skipped.

A scan must survive any bytes, in bounded time and memory, and be fast, so it has its own walk over
the explicit and implicit encodings (DICOM PS3.5 section 7); values are decoded where they are
wanted. Sequences are skipped here, item by item, never recursively.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

UNDEFINED = 0xFFFFFFFF
PIXEL_TAGS = (0x7FE00010, 0x7FE00008, 0x7FE00009)
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR"))
_LONG_VRS |= frozenset((b"UT", b"UV"))
_SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_BLOCK = 16384
_KEEP_BYTES = 1024
_INFLATE_LIMIT = 64 << 20
_MAX_ELEMENTS = 2_000_000


class BrokenHeader(Exception):
    """The bytes are not DICOM elements (any more) at this place."""


class EndedEarly(Exception):
    """The bytes end before a stated length."""


@dataclass(slots=True)
class Elements:
    """Top-level elements of one file."""

    transfer_syntax: str
    little: bool
    explicit: bool
    start: int
    """Offset of the first element after group 2."""
    values: dict[int, bytes] = field(default_factory=dict)
    """Tag to raw value, for values up to 1 kB."""
    sequences: set[int] = field(default_factory=set)
    meta: dict[int, bytes] = field(default_factory=dict)
    pixel_length: int | None = None
    """Bytes of PixelData; None when there is none, UNDEFINED when encapsulated."""
    pixels_complete: bool = True
    padded: bool = False
    truncated: bool = False
    guessed: bool = False
    """Whether encoding had to be guessed because group 2 was missing or incomplete."""
    preamble: bool = True
    broken: str = ""
    """Where the walk had to stop, in words of ours; empty when it reached the end."""


class Cursor:
    """Reads small pieces anywhere in a file through one block of memory."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self.size = file, size
        self._first, self._block = 0, b""

    def at(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`; EndedEarly when the file is shorter."""
        begin = offset - self._first
        if begin < 0 or begin + count > len(self._block):
            self._file.seek(offset)
            self._first, self._block = offset, self._file.read(max(count, _BLOCK))
            begin = 0
        piece = self._block[begin : begin + count]
        if len(piece) < count:
            raise EndedEarly
        return piece


@dataclass(frozen=True, slots=True)
class _Encoding:
    explicit: bool
    little: bool

    def element(self, cursor: Cursor, offset: int) -> tuple[int, bytes, int, int]:
        """Tag, VR, length of value, offset of value of the element at `offset`."""
        head = cursor.at(offset, 8)
        group, number = struct.unpack("<HH" if self.little else ">HH", head[:4])
        tag = group << 16 | number
        if not self.explicit or group == 0xFFFE:
            return tag, b"", self._long(head[4:8]), offset + 8
        vr = head[4:6]
        if vr in _SHORT_VRS:
            short: int = struct.unpack("<H" if self.little else ">H", head[6:8])[0]
            return tag, vr, short, offset + 8
        if vr in _LONG_VRS:
            return tag, vr, self._long(cursor.at(offset + 8, 4)), offset + 12
        raise BrokenHeader(f"no value representation at byte {offset}")

    def _long(self, four: bytes) -> int:
        return int(struct.unpack("<I" if self.little else ">I", four)[0])


def walk(file: BinaryIO, size: int) -> Elements:
    """Walk a file that starts with a preamble, group 2 or a first element.

    Raises
    ------
    BrokenHeader
        When not even the beginning is DICOM.
    """
    cursor = Cursor(file, size)
    preamble = size >= 132 and cursor.at(128, 4) == b"DICM"
    found = _begin(cursor, 132 if preamble else 0)
    found.preamble = preamble
    found.truncated = found.start >= size
    if found.transfer_syntax == DEFLATED:
        cursor = _inflate(file, found)
    try:
        _walk_data_set(cursor, found)
    except EndedEarly:
        found.truncated = True
    except BrokenHeader as error:
        if not found.values:
            raise
        found.broken = str(error)
    return found


def _begin(cursor: Cursor, offset: int) -> Elements:
    """Read group 2, or guess the encoding where it is missing."""
    meta, start = _read_meta(cursor, offset)
    syntax = _text(meta.get(0x00020010, b""))
    if syntax:
        # Compressed syntaxes are explicit little endian around their pixels (PS3.5 A.4).
        explicit, little = syntax != IMPLICIT, syntax != EXPLICIT_BIG
        stated = Elements(syntax, little, explicit, start, meta=meta)
        if syntax == DEFLATED or _plausible(cursor, start, explicit, little):
            return stated
        return _guess(cursor, start, meta) or stated  # odd, but what the file says of itself
    guessed = _guess(cursor, start, meta)
    if guessed is not None:
        return guessed
    if start < 132:
        raise BrokenHeader("no DICOM element at the beginning")
    return Elements(IMPLICIT, True, False, start, meta=meta, guessed=True)


def _read_meta(cursor: Cursor, offset: int) -> tuple[dict[int, bytes], int]:
    meta: dict[int, bytes] = {}
    encoding = _Encoding(explicit=True, little=True)
    try:
        while cursor.at(offset, 2) == b"\x02\x00":
            tag, _, length, begin = encoding.element(cursor, offset)
            if length > _KEEP_BYTES * 64:
                break
            meta[tag] = cursor.at(begin, length)
            offset = begin + length
    except (EndedEarly, BrokenHeader):
        return meta, offset
    return meta, offset


def _plausible(cursor: Cursor, offset: int, explicit: bool, little: bool) -> bool:
    try:
        tag, _, length, begin = _Encoding(explicit, little).element(cursor, offset)
    except (EndedEarly, BrokenHeader):
        return False
    return 0x00040000 <= tag < 0x00400000 and begin + length <= cursor.size


def _guess(cursor: Cursor, start: int, meta: dict[int, bytes]) -> Elements | None:
    """Try the encodings on the first element; explicit ones prove more, so they come first."""
    for syntax, explicit, little in (
        (EXPLICIT_LITTLE, True, True),
        (EXPLICIT_BIG, True, False),
        (IMPLICIT, False, True),
    ):
        if _plausible(cursor, start, explicit, little):
            return Elements(syntax, little, explicit, start, meta=meta, guessed=True)
    return None


def _inflate(file: BinaryIO, found: Elements) -> Cursor:
    file.seek(found.start)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(file.read(), _INFLATE_LIMIT)
    except zlib.error as error:
        raise BrokenHeader("the deflated part is damaged") from error
    found.start = 0
    return Cursor(io.BytesIO(data), len(data))


def _walk_data_set(cursor: Cursor, found: Elements) -> None:
    encoding = _Encoding(found.explicit, found.little)
    offset = found.start
    for _ in range(_MAX_ELEMENTS):
        if offset >= cursor.size:
            return
        tag, vr, length, begin = encoding.element(cursor, offset)
        if tag in PIXEL_TAGS:
            offset = _skip_pixels(cursor, encoding, found, length, begin)
        elif tag == 0xFFFCFFFC:
            found.padded = True
            return
        elif length == UNDEFINED:
            found.sequences.add(tag)
            inside = _Encoding(explicit=False, little=True) if vr == b"UN" else encoding
            offset = _skip_sequence(cursor, inside, begin)
        else:
            _keep(cursor, found, tag, vr, length, begin)
            offset = begin + length
    raise BrokenHeader("more elements than any image has")


def _keep(cursor: Cursor, found: Elements, tag: int, vr: bytes, length: int, begin: int) -> None:
    if begin + length > cursor.size:
        raise EndedEarly
    if vr == b"SQ" or (not vr and length and cursor.at(begin, 4) in _ITEM_BYTES):
        found.sequences.add(tag)
    elif length <= _KEEP_BYTES and tag & 0xFFFF:  # group lengths are retired and often wrong
        found.values[tag] = cursor.at(begin, length)


_ITEM_BYTES = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")


def _skip_pixels(
    cursor: Cursor, encoding: _Encoding, found: Elements, length: int, begin: int
) -> int:
    found.pixel_length = length
    if length != UNDEFINED:
        found.pixels_complete = begin + length <= cursor.size
        return begin + length
    try:
        return _skip_sequence(cursor, encoding, begin)
    except EndedEarly:
        found.pixels_complete = False
        return cursor.size


def _skip_sequence(cursor: Cursor, encoding: _Encoding, offset: int) -> int:
    """Offset after the delimiter that closes a value of undefined length; nesting is stacked."""
    stack = [encoding]
    while stack:
        tag, vr, length, begin = stack[-1].element(cursor, offset)
        if tag in (_SEQUENCE_END, _ITEM_END):
            stack.pop()
        elif length == UNDEFINED:
            # Inside a sequence of unknown VR everything is implicit little endian (PS3.5 6.2.2).
            stack.append(_Encoding(explicit=False, little=True) if vr == b"UN" else stack[-1])
        else:
            begin += length  # items, elements and fragments of stated length alike
        offset = begin
        if offset > cursor.size:
            raise EndedEarly
    return offset


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \0")
