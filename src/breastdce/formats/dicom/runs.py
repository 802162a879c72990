"""Take many ordinary elements at once: what makes the walk over a usual header fast.

The walk knows every oddity, takes one element at a time and pays for it. Most elements need no
judgment: little endian, a known value representation, a stated length, whole in the block that is
in memory. Those are taken here in one tight loop, or many at a time where the same bytes were met
before; at the first other element it stops, and the walk goes on from there.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from breastdce.formats.dicom.encoding import (
    ITEM_BYTES,
    KEEP_BYTES,
    LONG_VRS,
    SHORT_VRS,
    Cursor,
    Encoding,
    Place,
)
from breastdce.formats.dicom.repeats import KEY_BYTES, Element, Piece, Recall

_EXPLICIT_HEAD = struct.Struct("<HH2sH").unpack_from
_IMPLICIT_HEAD = struct.Struct("<HHI").unpack_from
_LONG_LENGTH = struct.Struct("<I").unpack_from
_HEAD_BYTES = 12  # of the longest head
_PROBE_BYTES = 8  # no sequence is shorter, unless it is empty


@dataclass(slots=True)
class Run:
    """Takes ordinary elements of groups `low` to `high`, block by block."""

    cursor: Cursor
    encoding: Encoding
    recall: Recall
    low: int
    high: int
    values: dict[int, bytes]
    """What is found is added: values up to 1 kB."""
    sequences: dict[int, Place]
    """Likewise; of sequences with a stated length."""
    count: int = 0
    """Elements that were taken."""
    _first: int = -1
    _block: bytes = b""
    _unmet: list[Element] = field(default_factory=list)

    def take(self, offset: int) -> int:
        """Take elements from `offset` on; return the offset of the first other one."""
        if not self.encoding.little or offset >= self.cursor.size:
            return offset
        first, block = self.cursor.window(offset)
        if first != self._first:
            self.learn()
            self._first, self._block = first, block
        at = offset - first
        return first + (self._explicit(at) if self.encoding.explicit else self._implicit(at))

    def note(self, offset: int, end: int, tag: int) -> None:
        """Tell of a sequence without stated length that was walked through to its `end`."""
        at, end = offset - self._first, end - self._first
        if 0 <= at < end <= len(self._block):
            place = self.sequences[tag].moved(-offset)
            self._unmet.append(Element(at, end, tag, None, place))

    def learn(self) -> None:
        """Remember what was taken, so that it is known where it comes again."""
        self.recall.learn(self._block, self._unmet)
        self._unmet = []

    def _explicit(self, at: int) -> int:
        block, values, pieces, unmet = self._block, self.values, self.recall.pieces, self._unmet
        last, count = len(block) - _HEAD_BYTES, len(unmet)
        while at <= last:
            alike = pieces.get(block[at : at + KEY_BYTES])
            if alike is not None and (size := self._recalled(alike, at)):
                at += size
                continue
            group, number, vr, length = _EXPLICIT_HEAD(block, at)
            if vr not in SHORT_VRS or not self.low <= group <= self.high:
                end = self._explicit_long(at, group << 16 | number, vr)
                if not end:
                    break
                at = end
                continue
            begin = at + 8
            end = begin + length
            if end > len(block):
                break
            tag = group << 16 | number
            value = None
            if length <= KEEP_BYTES and number:
                values[tag] = value = block[begin:end]
            unmet.append(Element(at, end, tag, value))
            at = end
        self.count += len(unmet) - count
        return at

    def _explicit_long(self, at: int, tag: int, vr: bytes) -> int:
        """Take an element whose length has four bytes; its end, or 0 where it is none."""
        if vr not in LONG_VRS or not self.low <= tag >> 16 <= self.high:
            return 0
        (length,) = _LONG_LENGTH(self._block, at + 8)
        begin = at + 12
        nested = vr == b"SQ" or (vr == b"UN" and self._is_item(begin, length))
        return self._add(at, tag, begin, length, self.encoding.within(vr) if nested else None)

    def _implicit(self, at: int) -> int:
        block, pieces, low, high = self._block, self.recall.pieces, self.low, self.high
        last, count = len(block) - _HEAD_BYTES, len(self._unmet)
        while at <= last:
            alike = pieces.get(block[at : at + KEY_BYTES])
            if alike is not None and (size := self._recalled(alike, at)):
                at += size
                continue
            group, number, length = _IMPLICIT_HEAD(block, at)
            if not low <= group <= high:
                break
            begin = at + 8
            inner = self.encoding if self._is_item(begin, length) else None
            end = self._add(at, group << 16 | number, begin, length, inner)
            if not end:
                break
            at = end
        self.count += len(self._unmet) - count
        return at

    def _is_item(self, begin: int, length: int) -> bool:
        return length >= _PROBE_BYTES and self._block.startswith(ITEM_BYTES, begin)

    def _add(self, at: int, tag: int, begin: int, length: int, inner: Encoding | None) -> int:
        """Keep an element; its end, or 0 where that is beyond the block."""
        end = begin + length
        if end > len(self._block):
            return 0
        value = place = None
        if inner is not None:
            place = Place(begin - at, length, inner)
            self.sequences[tag] = place.moved(self._first + at)
        elif length <= KEEP_BYTES and tag & 0xFFFF:
            self.values[tag] = value = self._block[begin:end]
        self._unmet.append(Element(at, end, tag, value, place))
        return end

    def _recalled(self, alike: list[Piece], at: int) -> int:
        """Take a piece that was met before; its size, or 0 where it is another."""
        for piece in alike:
            if self._block.startswith(piece.raw, at):
                self.values.update(piece.values)
                self.count += piece.count
                for tag, place in piece.places:
                    self.sequences[tag] = place.moved(self._first + at)
                return len(piece.raw)
        return 0
