"""Which attributes files have, at any depth: names of the standard and of ours, never a value."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydicom.datadict import keyword_for_tag

from breastdce.formats.dicom.elements import Elements, skip_sequence, walk
from breastdce.formats.dicom.encoding import (
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
    BrokenHeader,
    Cursor,
    Encoding,
    EndedEarly,
    is_sequence,
)

_PIXELS = 0x7FE00010
_MAX_ELEMENTS = 2_000_000
_USUAL = Encoding(explicit=True, little=True)
_HEAD, _HEAD_BYTES = struct.Struct("<HH2sH").unpack_from, 8
_LAST_GROUP = 0x7FDF  # pixels, and the items of sequences, are judged one by one
_CREATORS = {
    b"GEMS_ACQU_01": (0x0019, 0x5A),
    b"GEMS_RELA_01": (0x0021, 0x4F),
    b"Philips Imaging DD 001": (0x2001, 0x81),
    b"Philips MR Imaging DD 001": (0x2005, 0xA0),
    b"UCSF BIRP PRIVATE CREATOR 011710xx": (0x0117, None),
}
"""Private elements that this package reads: creator to group and element, None for all."""


class Attribute(NamedTuple):
    """Name and tag of an attribute."""

    name: str
    """Keyword of the standard; creator and element of a private one that is read; else
    PrivateElements or UnknownElements."""
    tag: str
    """`(gggg,eeee)` in capitals, x for any digit."""


_PRIVATE = Attribute("PrivateElements", "(xxxx,xxxx)")
_UNKNOWN = Attribute("UnknownElements", "(xxxx,xxxx)")


def count_attributes(paths: Iterable[str]) -> Counter[Attribute]:
    """Number of files that have each attribute; OSError when one cannot be read."""
    return Counter(found for path in paths for found in attributes_of(Path(path)))


def attributes_of(path: Path) -> frozenset[Attribute]:
    """Attributes of one DICOM file, in its sequences too.

    What comes after a place that cannot be parsed is not seen; nor does any other reader of this
    package see it.
    """
    found: set[Attribute] = set()
    tags: set[int] = set()
    with path.open("rb") as file, suppress(BrokenHeader, EndedEarly):
        elements = walk(file, path.stat().st_size)
        tags.update(tag for tag in elements.meta if tag & 0xFFFF)
        found.update(_data_set(elements, tags))
    return frozenset(found.union(map(_standard, tags)))


@dataclass(slots=True)
class _Level:
    """A data set, sequence or item that is open."""

    end: int
    """Offset behind it; the size of the file where its length is undefined."""
    encoding: Encoding
    creators: dict[int, bytes] = field(default_factory=dict)
    """Group and block to creator, for creators that this package reads."""

    def note(self, tag: int, value: bytes) -> None:
        """Remember a private creator."""
        place, creator = tag >> 16 << 8 | tag & 0xFF, value.strip(b" \0")
        if creator in _CREATORS:
            self.creators[place] = creator
        else:
            self.creators.pop(place, None)


def _data_set(elements: Elements, tags: set[int]) -> Iterator[Attribute]:
    """Names of the elements that need a judgment; the others are added to `tags`."""
    cursor, offset = elements.cursor, elements.start
    levels = [_Level(cursor.size, elements.encoding)]
    for _ in range(_MAX_ELEMENTS):
        while levels and offset >= levels[-1].end:
            levels.pop()
        if not levels:
            return
        level = levels[-1]
        offset = _plain(cursor, offset, level, tags)
        if offset >= level.end:
            continue
        tag, vr, length, begin = level.encoding.element(cursor, offset)
        end = cursor.size if length == UNDEFINED else begin + length
        offset = begin
        if tag in (ITEM_END, SEQUENCE_END):
            levels.pop()
        elif tag == ITEM:
            levels.append(_Level(end, level.encoding))
        else:
            if _is_creator(tag):
                level.note(tag, cursor.at(begin, min(length, 64)))
            yield from _named(tag, level)
            if tag == _PIXELS:
                undefined = length == UNDEFINED
                offset = skip_sequence(cursor, level.encoding, begin) if undefined else end
            elif is_sequence(cursor, vr, length, begin):
                levels.append(_Level(end, level.encoding.within(vr)))
            else:
                offset = end


def _plain(cursor: Cursor, offset: int, level: _Level, tags: set[int]) -> int:
    """Take ordinary explicit elements of a block in one tight loop; offset of the first other."""
    if level.encoding != _USUAL:
        return offset
    creators = level.creators
    first, block = cursor.window(offset)
    at, stop = offset - first, min(len(block), level.end - first)
    while at + _HEAD_BYTES <= stop:
        group, number, vr, length = _HEAD(block, at)
        end = at + _HEAD_BYTES + length
        if vr not in SHORT_VRS or group > _LAST_GROUP or end > stop:
            break
        if group & 1 and (number <= 0xFF or group << 8 | number >> 8 in creators):
            break
        if number:
            tags.add(group << 16 | number)
        at = end
    return first + at


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _named(tag: int, level: _Level) -> Iterator[Attribute]:
    """Name of an element; none for the length of a group."""
    group, block, element = tag >> 16, tag >> 8 & 0xFF, tag & 0xFF
    if not tag & 0xFFFF:
        return
    if not group & 1:
        yield _standard(tag)
        return
    creator = level.creators.get(group << 8 | block, b"")
    read = creator in _CREATORS and _CREATORS[creator] in ((group, element), (group, None))
    yield _read_private(creator) if read else _PRIVATE


def _read_private(creator: bytes) -> Attribute:
    group, element = _CREATORS[creator]
    name = creator.decode("ascii").replace("_", " ")
    if element is None:
        return Attribute(name, f"({group:04X},xxxx)")
    return Attribute(f"{name} {element:02X}", f"({group:04X},xx{element:02X})")


@cache
def _standard(tag: int) -> Attribute:
    if tag >> 16 & 1:
        return _PRIVATE
    keyword = keyword_for_tag(tag)
    if not keyword:
        return _UNKNOWN
    return Attribute(keyword, f"({tag >> 16:04X},{tag & 0xFFFF:04X})")
