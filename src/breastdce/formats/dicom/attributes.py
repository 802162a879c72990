"""Which attributes files have, at any depth: names of the standard and of ours, never a value."""

from __future__ import annotations

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
    UNDEFINED,
    BrokenHeader,
    Encoding,
    EndedEarly,
    is_sequence,
)

_PIXELS = 0x7FE00010
_MAX_ELEMENTS = 2_000_000
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
    with path.open("rb") as file, suppress(BrokenHeader, EndedEarly):
        elements = walk(file, path.stat().st_size)
        found.update(_standard(tag) for tag in elements.meta if tag & 0xFFFF)
        found.update(_data_set(elements))
    return frozenset(found)


@dataclass(slots=True)
class _Level:
    """A data set, sequence or item that is open."""

    end: int
    """Offset behind it; the size of the file where its length is undefined."""
    encoding: Encoding
    creators: dict[int, bytes] = field(default_factory=dict)
    """Group and block to creator, for creators that this package reads."""


def _data_set(elements: Elements) -> Iterator[Attribute]:
    cursor, offset = elements.cursor, elements.start
    levels = [_Level(cursor.size, elements.encoding)]
    for _ in range(_MAX_ELEMENTS):
        while levels and offset >= levels[-1].end:
            levels.pop()
        if not levels:
            return
        level = levels[-1]
        tag, vr, length, begin = level.encoding.element(cursor, offset)
        end = cursor.size if length == UNDEFINED else begin + length
        offset = begin
        if tag in (ITEM_END, SEQUENCE_END):
            levels.pop()
        elif tag == ITEM:
            levels.append(_Level(end, level.encoding))
        else:
            if _is_creator(tag) and length <= 64:
                level.creators[tag >> 16 << 8 | tag & 0xFF] = cursor.at(begin, length).strip(b" \0")
            if tag & 0xFFFF:
                yield _named(tag, level)
            if tag == _PIXELS:
                undefined = length == UNDEFINED
                offset = skip_sequence(cursor, level.encoding, begin) if undefined else end
            elif is_sequence(cursor, vr, length, begin):
                levels.append(_Level(end, level.encoding.within(vr)))
            else:
                offset = end


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _named(tag: int, level: _Level) -> Attribute:
    group, block, element = tag >> 16, tag >> 8 & 0xFF, tag & 0xFF
    if not group & 1:
        return _standard(tag)
    creator = level.creators.get(group << 8 | block, b"")
    if creator in _CREATORS and _CREATORS[creator] in ((group, element), (group, None)):
        return _read_private(creator)
    return _PRIVATE


def _read_private(creator: bytes) -> Attribute:
    group, element = _CREATORS[creator]
    name = creator.decode("ascii").replace("_", " ")
    if element is None:
        return Attribute(name, f"({group:04X},xxxx)")
    return Attribute(f"{name} {element:02X}", f"({group:04X},xx{element:02X})")


@cache
def _standard(tag: int) -> Attribute:
    keyword = keyword_for_tag(tag)
    if not keyword:
        return _UNKNOWN
    return Attribute(keyword, f"({tag >> 16:04X},{tag & 0xFFFF:04X})")
