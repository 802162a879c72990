"""Pieces of headers that come again: the slices of a series share nearly all of theirs.

What elements of stated lengths hold is a pure function of their bytes. So where the bytes of
several elements in a row have been met before, one comparison replaces parsing them. What is
remembered is bounded, and changes no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from breastdce.formats.dicom.encoding import Place

KEY_BYTES = 8
"""A piece is looked up by its first bytes: tag, length and (if explicit) value representation."""
_MOST_ALIKE = 6  # pieces under one key; more are the mark of a value that changes
_MOST_PIECES = 512
_LEAST, _LONGEST = 2, 256  # elements in a piece
_MOST_SEEN = 10_000  # elements of a header that are compared; none of an image has so many
_BETWEEN = 16  # headers from one comparison to the next: it must not cost more than it brings
_MORE = 1.3  # times the usual steps make a comparison worth while


class Element(NamedTuple):
    """One element of a block."""

    at: int
    """Where its head begins."""
    end: int
    tag: int
    value: bytes | None = None
    """None where it is too long to keep, or a sequence."""
    place: Place | None = None
    """Of a sequence; counted from the beginning of the element."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Elements in a row."""

    raw: bytes
    values: dict[int, bytes]
    places: tuple[tuple[int, Place], ...]
    """Tags and places of sequences; counted from the beginning of the piece."""
    elements: tuple[Element, ...]
    """Likewise counted."""


class Recall:
    """Pieces that headers of one encoding share.

    Two headers one after the other are compared where the first takes more steps, elements parsed
    or pieces found, than is usual. What elements in a row have in common is a piece; it is broken
    where an element of it proves to change.
    """

    def __init__(self) -> None:
        self.pieces: dict[bytes, list[Piece]] = {}
        """First bytes to pieces, the latest first."""
        self.is_learning = False
        """Whether the next header is one of the two, and all its elements are asked for."""
        self._seen: set[bytes] = set()
        self._count = 0
        self._usual = 0
        self._age = _BETWEEN
        """Headers since the first of the last two."""

    def judge(self, steps: int) -> None:
        """Tell how many steps a header took; decide what to do with the next one."""
        self._age += 1
        if self._age == 2:
            self._seen.clear()
            self.is_learning = False
            self._usual = steps
        elif self._age > 2:
            self._usual = min(self._usual, steps)
        if self._age > _BETWEEN and steps > _MORE * self._usual:
            self.is_learning, self._age = True, 0

    def learn(self, block: bytes, elements: list[Element]) -> None:
        """Compare what a block holds with the header before, in the order of the block."""
        if self._age == 0:
            if len(self._seen) < _MOST_SEEN:
                self._seen.update(block[element.at : element.end] for element in elements)
            return
        alike: list[Element] = []
        for element in elements:
            if alike and (alike[-1].end != element.at or len(alike) == _LONGEST):
                self._keep(block, alike)
                alike = []
            if block[element.at : element.end] in self._seen:
                alike.append(element)
            else:
                self._keep(block, alike)
                alike = []
        self._keep(block, alike)

    def mend(self, alike: list[Piece], block: bytes, at: int) -> None:
        """Break the latest piece where the block, from `at` on, goes on otherwise than it."""
        raw, elements = alike[0].raw, alike[0].elements
        same = 0
        for begin, end, *_ in elements:
            if raw[begin:end] != block[at + begin : at + end]:
                break
            same += 1
        if 0 < same < len(elements):
            del alike[0]
            self._count -= 1
            self._keep(raw, elements[:same])
            self._keep(raw, elements[same + 1 :])

    def _keep(self, block: bytes, elements: Sequence[Element]) -> None:
        if len(elements) < _LEAST:
            return
        if self._count >= _MOST_PIECES:
            self.pieces.clear()
            self._count = 0
        piece = _piece(block, elements)
        alike = self.pieces.setdefault(piece.raw[:KEY_BYTES], [])
        alike.insert(0, piece)
        self._count += 1
        if len(alike) > _MOST_ALIKE:
            alike.pop()
            self._count -= 1


def _piece(block: bytes, elements: Sequence[Element]) -> Piece:
    begin = elements[0].at
    moved = tuple(
        element._replace(at=element.at - begin, end=element.end - begin) for element in elements
    )
    values = {element.tag: element.value for element in moved if element.value is not None}
    places = tuple(
        (element.tag, element.place.moved(element.at))
        for element in moved
        if element.place is not None
    )
    return Piece(block[begin : elements[-1].end], values, places, moved)
