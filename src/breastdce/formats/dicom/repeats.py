"""Pieces of headers that come again: the slices of a series share nearly all of theirs.

What elements of stated lengths hold is a pure function of their bytes. So where the bytes of
several elements in a row have been met before, one comparison replaces parsing them. What is
remembered is bounded, and changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from breastdce.formats.dicom.encoding import Place

KEY_BYTES = 8
"""A piece is looked up by its first bytes: tag, length and (if explicit) value representation."""
_MOST_ALIKE = 6  # pieces under one key; more are the mark of a value that changes
_MOST_PIECES = 2048
_MOST_ELEMENTS = 8192
_LONGEST_BYTES = 4096  # of one element, to be worth remembering
_LEAST = 2  # elements in a piece


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
    count: int


class Recall:
    """Pieces of headers in one encoding that were met at least twice.

    Parameters
    ----------
    few
        So many elements of a header may be parsed one by one before it is worth learning from it.
    """

    def __init__(self, few: int) -> None:
        self._few = few
        self.pieces: dict[bytes, list[Piece]] = {}
        """First bytes to pieces, the latest first."""
        self._seen: set[bytes] = set()
        self._count = 0

    def learn(self, block: bytes, elements: list[Element]) -> None:
        """Remember elements that had to be parsed one by one."""
        if len(elements) <= self._few:
            return
        again: list[Element] = []
        for element in elements:
            if again and again[-1].end != element.at:
                self._keep(block, again)
                again = []
            if self._is_known(block[element.at : element.end]):
                again.append(element)
            else:
                self._keep(block, again)
                again = []
        self._keep(block, again)

    def _is_known(self, raw: bytes) -> bool:
        """Whether an element was met before; from now on it was."""
        if raw in self._seen:
            return True
        if len(self._seen) >= _MOST_ELEMENTS:
            self._seen.clear()
        if len(raw) <= _LONGEST_BYTES:
            self._seen.add(raw)
        return False

    def _keep(self, block: bytes, elements: list[Element]) -> None:
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


def _piece(block: bytes, elements: list[Element]) -> Piece:
    begin = elements[0].at
    values = {element.tag: element.value for element in elements if element.value is not None}
    places = tuple(
        (element.tag, element.place.moved(element.at - begin))
        for element in elements
        if element.place is not None
    )
    return Piece(block[begin : elements[-1].end], values, places, len(elements))
