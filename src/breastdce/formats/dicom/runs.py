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
    TOO_LONG,
    Cursor,
    Encoding,
    Place,
)
from breastdce.formats.dicom.repeats import KEY_BYTES, Element, Piece, Recall

_EXPLICIT_HEAD = struct.Struct("<HH2sH").unpack_from
_IMPLICIT_HEAD = struct.Struct("<HHI").unpack_from
_LONG_LENGTH = struct.Struct("<I").unpack_from
_HEAD_BYTES = 12  # of the longest head
_META_GROUP = 2  # the only one whose length, element 0, is not retired
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
    """What is found is added; `TOO_LONG` for a value of more than 1 kB."""
    sequences: dict[int, Place]
    """Likewise; of sequences with a stated length."""
    count: int = 0
    """Elements that were taken."""
    steps: int = 0
    """How often something had to be looked at."""
    _first: int = -1
    _block: bytes = b""
    _unmet: list[Element] = field(default_factory=list)

    def take(self, offset: int) -> int:
        """Take elements from `offset` on; return the offset of the first other one."""
        if not self.encoding.little or offset >= self.cursor.size:
            return offset
        first, block = self.cursor.window(offset)
        if first != self._first:
            self._learn()
            self._first, self._block = first, block
        at, single = (self._explicit if self.encoding.explicit else self._implicit)(offset - first)
        self.steps += single
        self.count += single
        return first + at

    def note(self, offset: int, end: int, tag: int) -> None:
        """Tell of a sequence without stated length that was walked through to its `end`."""
        at, end = offset - self._first, end - self._first
        self.steps += 1
        if self.recall.is_learning and 0 <= at < end <= len(self._block):
            place = self.sequences[tag].moved(-offset)
            self._unmet.append(Element(at, end, tag, None, place))

    def finish(self) -> None:
        """Remember what had to be parsed, so that it is known where it comes again."""
        self._learn()
        self.recall.judge(self.steps)

    def _learn(self) -> None:
        if self._unmet:
            self.recall.learn(self._block, self._unmet)
            self._unmet = []

    def _explicit(self, at: int) -> tuple[int, int]:
        """Take explicit elements; return where they end and how many of them were parsed."""
        block, values, low, high = self._block, self.values, self.low, self.high
        is_learning = self.recall.is_learning
        pieces = {} if is_learning else self.recall.pieces
        stop, single = len(block), 0
        last = stop - _HEAD_BYTES
        while at <= last:
            alike = pieces.get(block[at : at + KEY_BYTES])
            if alike is not None and (size := self._recalled(alike, at)):
                at += size
                continue
            group, number, vr, length = _EXPLICIT_HEAD(block, at)
            end = at + 8 + length
            if not low <= group <= high or end > stop:
                break
            if is_learning or vr not in SHORT_VRS:
                end = self._explicit_one(at, group << 16 | number, vr, length)
                if not end:
                    break
            elif number or group == _META_GROUP:
                value = block[at + 8 : end] if length <= KEEP_BYTES else TOO_LONG
                values[group << 16 | number] = value
            at = end
            single += 1
        return at, single

    def _implicit(self, at: int) -> tuple[int, int]:
        """Likewise of implicit ones."""
        block, values, low, high = self._block, self.values, self.low, self.high
        is_learning = self.recall.is_learning
        pieces = {} if is_learning else self.recall.pieces
        stop, single = len(block), 0
        last = stop - _HEAD_BYTES
        while at <= last:
            alike = pieces.get(block[at : at + KEY_BYTES])
            if alike is not None and (size := self._recalled(alike, at)):
                at += size
                continue
            group, number, length = _IMPLICIT_HEAD(block, at)
            begin = at + 8
            end = begin + length
            if not low <= group <= high or end > stop:
                break
            if is_learning or (length >= _PROBE_BYTES and block.startswith(ITEM_BYTES, begin)):
                inner = self.encoding if self._is_item(begin, length) else None
                end = self._one(at, group << 16 | number, begin, length, inner)
            elif number:
                value = block[begin:end] if length <= KEEP_BYTES else TOO_LONG
                values[group << 16 | number] = value
            at = end
            single += 1
        return at, single

    def _explicit_one(self, at: int, tag: int, vr: bytes, length: int) -> int:
        """Take an element with all care; its end, or 0 where it is no ordinary one."""
        begin, inner = at + 8, None
        if vr not in SHORT_VRS:
            if vr not in LONG_VRS:
                return 0
            (length,) = _LONG_LENGTH(self._block, begin)
            begin += 4
            if vr == b"SQ" or (vr == b"UN" and self._is_item(begin, length)):
                inner = self.encoding.within(vr)
        return self._one(at, tag, begin, length, inner)

    def _is_item(self, begin: int, length: int) -> bool:
        return length >= _PROBE_BYTES and self._block.startswith(ITEM_BYTES, begin)

    def _one(self, at: int, tag: int, begin: int, length: int, inner: Encoding | None) -> int:
        """Keep an element; its end, or 0 where that is beyond the block."""
        end = begin + length
        if end > len(self._block):
            return 0
        value = place = None
        if inner is not None:
            place = Place(begin - at, length, inner)
            self.sequences[tag] = place.moved(self._first + at)
        elif tag & 0xFFFF or tag >> 16 == _META_GROUP:
            value = self._block[begin:end] if length <= KEEP_BYTES else TOO_LONG
            self.values[tag] = value
        if self.recall.is_learning:
            self._unmet.append(Element(at, end, tag, value, place))
        return end

    def _recalled(self, alike: list[Piece], at: int) -> int:
        """Take a piece that was met before; its size, or 0 where it is another."""
        for piece in alike:
            if self._block.startswith(piece.raw, at):
                self.values.update(piece.values)
                self.count += len(piece.elements)
                self.steps += 1
                for tag, place in piece.places:
                    self.sequences[tag] = place.moved(self._first + at)
                return len(piece.raw)
        if alike:
            self.recall.mend(alike, self._block, at)
        return 0
