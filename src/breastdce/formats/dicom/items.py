"""The items of a sequence as raw values: what the functional groups of enhanced objects need."""

from __future__ import annotations

from dataclasses import dataclass, field

from breastdce.formats.dicom.elements import skip_sequence
from breastdce.formats.dicom.encoding import (
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    BrokenHeader,
    Cursor,
    EndedEarly,
    Place,
    is_sequence,
)

_MOST_ITEMS = 100_000
"""No object has more frames; a file that claims more must not fill the memory."""


@dataclass(slots=True)
class Item:
    """Elements of one sequence item."""

    little: bool
    values: dict[int, bytes] = field(default_factory=dict)
    """Tag to raw value, for values up to 1 kB."""
    sequences: dict[int, list[Item]] = field(default_factory=dict)
    """Tag to items, as deep as was asked for."""


def read_items(cursor: Cursor, place: Place, *, depth: int) -> list[Item]:
    """Items of the sequence at `place` and of the sequences in them, `depth` levels in all.

    Raises
    ------
    BrokenHeader
        When the bytes are no sequence of items.
    EndedEarly
        When the file ends inside.
    """
    return _sequence(cursor, place, depth)[0]


def _sequence(cursor: Cursor, place: Place, depth: int) -> tuple[list[Item], int]:
    items: list[Item] = []
    end = cursor.size if place.length == UNDEFINED else place.begin + place.length
    offset = place.begin
    while offset < end:
        tag, _, length, begin = place.encoding.element(cursor, offset)
        if tag == SEQUENCE_END:
            return items, begin
        if tag != ITEM or len(items) == _MOST_ITEMS:
            raise BrokenHeader(f"no sequence item at byte {offset}")
        item, offset = _item(cursor, Place(begin, length, place.encoding), depth)
        items.append(item)
    if offset > cursor.size:
        raise EndedEarly
    return items, offset


def _item(cursor: Cursor, place: Place, depth: int) -> tuple[Item, int]:
    item = Item(place.encoding.little)
    end = cursor.size if place.length == UNDEFINED else place.begin + place.length
    offset = place.begin
    while offset < end:
        tag, vr, length, begin = place.encoding.element(cursor, offset)
        if tag == ITEM_END:
            return item, begin
        inner = place.encoding.within(vr)
        offset = _value(cursor, item, tag, vr, Place(begin, length, inner), depth)
    return item, offset


def _value(cursor: Cursor, item: Item, tag: int, vr: bytes, place: Place, depth: int) -> int:
    """Keep one value of an item and return the offset behind it."""
    nested = is_sequence(cursor, vr, place.length, place.begin)
    if nested and depth > 1:
        item.sequences[tag], offset = _sequence(cursor, place, depth - 1)
        return offset
    if place.length == UNDEFINED:
        return skip_sequence(cursor, place.encoding, place.begin)
    if not nested:
        item.values[tag] = cursor.value(place.begin, place.length)
    return place.begin + place.length
