"""Walk the elements of a DICOM file without decoding them: small values are kept, large skipped.

A scan must survive any bytes, in bounded time and memory, and be fast, so it has its own walk over
the explicit and implicit encodings; values are decoded where they are wanted. Sequences are
skipped here, item by item, never recursively.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from breastdce.formats.dicom.encoding import (
    ITEM_END,
    KEEP_BYTES,
    SEQUENCE_END,
    TOO_LONG,
    UNDEFINED,
    BrokenHeader,
    Cursor,
    Encoding,
    EndedEarly,
    Place,
    is_sequence,
)
from breastdce.formats.dicom.repeats import Recall
from breastdce.formats.dicom.runs import Run

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = (IMPLICIT, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED)
"""Transfer syntaxes whose pixels are not compressed by themselves."""

_PIXELS = 0x7FE00010
_PADDING = 0xFFFCFFFC
_SOP_TAGS = (0x00080016, 0x00080018)
_INFLATE_LIMIT = 256 << 20
_MAX_ELEMENTS = 2_000_000
_LAST_GROUP = 0x7FDF  # pixels and what follows them are judged one by one
_RECALL = {True: Recall(), False: Recall()}  # explicit, implicit
_META_RECALL = Recall()


@dataclass(slots=True)
class Elements:
    """Top-level elements of one file; `cursor` works while the file is open."""

    cursor: Cursor
    transfer_syntax: str
    """As stated; the encoding that was found where nothing usable is stated."""
    encoding: Encoding
    start: int
    """Offset of the first element after group 2."""
    values: dict[int, bytes] = field(default_factory=dict)
    """Tag to raw value, for values up to 1 kB."""
    sequences: dict[int, Place] = field(default_factory=dict)
    meta: dict[int, bytes] = field(default_factory=dict)
    pixel_length: int | None = None
    """Bytes of PixelData; None when there is none, UNDEFINED when encapsulated."""
    pixel_begin: int = 0
    """Offset of the value of PixelData."""
    pixels_complete: bool = True
    padded: bool = False
    """Whether bytes follow the pixel data."""
    truncated: bool = False
    guessed: bool = False
    """Whether the encoding was found by trial: group 2 is missing, incomplete or wrong."""
    preamble: bool = True
    mended: bool = False
    """Whether our walk had to stop, and pydicom went on to the pixels."""
    broken: str = ""
    """Where the walk had to stop, in words of ours; empty when it reached the end."""


def walk(file: BinaryIO | Cursor, size: int) -> Elements:
    """Walk a file, or what a cursor reads, from a preamble, group 2 or a first element on.

    Raises
    ------
    BrokenHeader
        When not even the beginning is DICOM.
    EndedEarly
        When the file is shorter than an element.
    """
    cursor = file if isinstance(file, Cursor) else Cursor(file, size)
    preamble = size >= 132 and cursor.at(128, 4) == b"DICM"
    found = _begin(cursor, 132 if preamble else 0)
    found.preamble = preamble
    found.truncated = found.start >= size
    if found.transfer_syntax == DEFLATED:
        _inflate(found)
    try:
        _walk_data_set(found)
    except EndedEarly as error:
        _stop(found, error)
    except BrokenHeader as error:
        if not _read_otherwise(found):
            _stop(found, error)
    return found


def _read_otherwise(found: Elements) -> bool:
    """Whether pydicom gets as far as to the pixels of an explicit data set; take its values."""
    if found.pixel_length is not None or not found.encoding.explicit or not found.start:
        return False
    cursor = found.cursor
    from breastdce.formats.dicom.fallback import HEAD_BYTES, read_with_pydicom

    cursor.file.seek(0)
    before = read_with_pydicom(cursor.file.read(HEAD_BYTES))
    if before is None:
        return False
    try:
        tag, _, length, begin = found.encoding.element(cursor, before.end)
    except (EndedEarly, BrokenHeader):
        return False
    if tag != _PIXELS:
        return False
    found.values.update(before.values)
    found.sequences |= {t: Place(*p, found.encoding) for t, p in before.sequences.items()}
    found.padded = _skip_pixels(found, length, begin) < cursor.size
    found.mended = True
    return True


def _stop(found: Elements, error: EndedEarly | BrokenHeader) -> None:
    """Judge what an early end of the walk means."""
    if found.pixel_length is not None and found.pixels_complete:
        found.padded = True  # everything of use came before: what follows is no matter
        return
    known = any(tag in found.values for tag in _SOP_TAGS)
    if not found.preamble and not found.meta and not known:
        raise BrokenHeader("no DICOM object beyond the first bytes") from error
    if isinstance(error, EndedEarly):
        found.truncated = True
    else:
        found.broken = str(error)


def _begin(cursor: Cursor, offset: int) -> Elements:
    """Read group 2, and find the encoding where it is missing or wrong."""
    meta, start = _read_meta(cursor, offset)
    syntax = meta.get(0x00020010, b"").decode("latin-1").strip(" \0")
    # Compressed syntaxes are explicit little endian around their pixels (PS3.5 A.4).
    stated = Encoding(explicit=syntax != IMPLICIT, little=syntax != EXPLICIT_BIG)
    if syntax and (syntax == DEFLATED or _plausible(cursor, start, stated)):
        return Elements(cursor, syntax, stated, start, meta=meta)
    for guess, explicit, little in (  # explicit ones prove more, so they come first
        (EXPLICIT_LITTLE, True, True),
        (EXPLICIT_BIG, True, False),
        (IMPLICIT, False, True),
    ):
        encoding = Encoding(explicit, little)
        if _plausible(cursor, start, encoding):
            # A compressed or private syntax still tells about the pixels.
            kept = syntax if syntax and syntax not in NATIVE else guess
            return Elements(cursor, kept, encoding, start, meta=meta, guessed=True)
    if not syntax and start < 132:
        raise BrokenHeader("no DICOM element at the beginning")
    return Elements(cursor, syntax or IMPLICIT, stated, start, meta=meta, guessed=not syntax)


def _read_meta(cursor: Cursor, offset: int) -> tuple[dict[int, bytes], int]:
    meta: dict[int, bytes] = {}
    encoding = Encoding(explicit=True, little=True)
    run = Run(cursor, encoding, _META_RECALL, 2, 2, meta, {})
    try:
        while cursor.at(offset := run.take(offset), 2) == b"\x02\x00":
            tag, _, length, begin = encoding.element(cursor, offset)
            if length > KEEP_BYTES * 64:
                break
            value = cursor.at(begin, length)
            meta[tag] = value if length <= KEEP_BYTES else TOO_LONG
            offset = begin + length
        run.finish()
    except (EndedEarly, BrokenHeader):
        return meta, offset
    return meta, offset


def _plausible(cursor: Cursor, offset: int, encoding: Encoding) -> bool:
    try:
        tag, _, length, begin = encoding.element(cursor, offset)
    except (EndedEarly, BrokenHeader):
        return False
    return 0x00040000 <= tag < 0x00400000 and begin + length <= cursor.size


def _inflate(found: Elements) -> None:
    """Replace the cursor by one over the inflated data set; a bomb ends at the limit."""
    file = found.cursor.file
    file.seek(found.start)
    try:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        data = inflater.decompress(file.read(_INFLATE_LIMIT), _INFLATE_LIMIT)
    except zlib.error:
        data = b""
        found.broken = "the deflated part is damaged"
    found.start = 0
    found.cursor = Cursor(io.BytesIO(data), len(data))


def _walk_data_set(found: Elements) -> None:
    cursor, encoding, offset = found.cursor, found.encoding, found.start
    recall = _RECALL[encoding.explicit]
    run = Run(cursor, encoding, recall, 0, _LAST_GROUP, found.values, found.sequences)
    while run.count < _MAX_ELEMENTS:
        offset = run.take(offset)
        if offset >= cursor.size:
            break
        tag, vr, length, begin = encoding.element(cursor, offset)
        run.count += 1
        if tag == _PIXELS:
            offset = _skip_pixels(found, length, begin)
        elif tag == _PADDING:
            found.padded = True
            break
        else:
            end = _keep(found, tag, vr, length, begin)
            if length == UNDEFINED:
                run.note(offset, end, tag)
            offset = end
    else:
        raise BrokenHeader("more elements than any image has")
    run.finish()


def _keep(found: Elements, tag: int, vr: bytes, length: int, begin: int) -> int:
    """Keep a value or the place of a sequence, and return the offset behind it."""
    cursor, inner = found.cursor, found.encoding
    if length != UNDEFINED and begin + length > cursor.size:
        raise EndedEarly
    if is_sequence(cursor, vr, length, begin):
        inner = inner.within(vr)
        found.sequences[tag] = Place(begin, length, inner)
    elif tag & 0xFFFF:  # group lengths are retired and often wrong
        found.values[tag] = cursor.value(begin, length)
    return skip_sequence(cursor, inner, begin) if length == UNDEFINED else begin + length


def _skip_pixels(found: Elements, length: int, begin: int) -> int:
    found.pixel_begin, found.pixel_length = begin, length
    if length != UNDEFINED:
        found.pixels_complete = begin + length <= found.cursor.size
        return begin + length
    found.pixels_complete = False
    try:
        offset = skip_sequence(found.cursor, found.encoding, begin)
    except EndedEarly:
        return found.cursor.size
    found.pixels_complete = True
    return offset


def skip_sequence(cursor: Cursor, encoding: Encoding, offset: int) -> int:
    """Offset after the delimiter that closes a value of undefined length; nesting is stacked.

    Raises
    ------
    BrokenHeader
        When something is not an element, or there are more of them than any image has.
    EndedEarly
        When the file ends first.
    """
    stack = [encoding]
    for _ in range(_MAX_ELEMENTS):
        tag, vr, length, begin = stack[-1].element(cursor, offset)
        if tag in (SEQUENCE_END, ITEM_END):
            stack.pop()
        elif length == UNDEFINED:
            stack.append(stack[-1].within(vr))
        else:
            begin += length  # items, elements and fragments of stated length alike
        offset = begin
        if offset > cursor.size:
            raise EndedEarly
        if not stack:
            return offset
    raise BrokenHeader("more elements than any image has")
