"""Values from raw bytes, tolerantly: what cannot be read is None and leaves a note.

Only the value representations that the scan needs; nothing is ever raised here.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.encoding import KEEP_BYTES

T = TypeVar("T")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_OLD_DATE = re.compile(r"\d{4}\.\d{2}\.\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?", re.ASCII)
_OLD_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)
_LARGEST_INTEGER = 2**31 - 1
"""Integer strings hold 32 bits with sign (PS3.5 6.2)."""
_MOST = 4096
"""Slices of a series share most of their values: each is converted once, and kept in one place."""
_MOST_LAYOUTS = 128


@dataclass(slots=True)
class Fields:
    """Typed access to the elements of one data set or sequence item."""

    values: Mapping[int, bytes]
    little: bool
    notes: set[FileNote] = field(default_factory=set)
    _blocks: Mapping[tuple[int, str], int] | None = None
    """Group and creator of each private block to its number."""

    def text(self, tag: int) -> str:
        """A string, blanks and zero bytes trimmed; empty when absent."""
        value = self._raw(tag)
        return _text(value) if value else ""

    def text_or_none(self, tag: int) -> str | None:
        """A string, or None when there is nothing in it."""
        return self.text(tag) or None

    def is_empty(self, tag: int) -> bool:
        """Whether an element is absent or has nothing in it, not even what cannot be read."""
        return not self.values.get(tag, b"").strip(b" \0\r\n\t")

    def texts(self, tag: int) -> tuple[str, ...]:
        """A multi-valued string, each part trimmed; empty parts stay."""
        value = self._raw(tag)
        return _texts(value) if value else ()

    def is_yes(self, tag: int) -> bool:
        """Whether a string says YES, in whatever case."""
        return self.text(tag).upper() == "YES"

    def decimals(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Exactly `count` finite numbers of a decimal string, or None."""
        value = self._raw(tag)
        return self._mended(_decimals(value, count)) if value else None

    def decimal(self, tag: int) -> float | None:
        """The first number of a decimal string, or None."""
        value = self._raw(tag)
        return self._mended(_decimal(value)) if value else None

    def integer(self, tag: int) -> int | None:
        """The first number of an integer string, or None."""
        value = self._raw(tag)
        return self._mended(_integer(value)) if value else None

    def short(self, tag: int) -> int | None:
        """A signed 16-bit integer; an integer string where the length is another."""
        value = self._raw(tag)
        if len(value) != 2:
            return self.integer(tag)
        return int(struct.unpack("<h" if self.little else ">h", value)[0])

    def binary(self, tag: int) -> float | None:
        """A float32 or float64, by the length of its bytes; a decimal string otherwise."""
        value = self._raw(tag)
        if not value:
            return None
        code = {4: "f", 8: "d"}.get(len(value))
        if code is None:
            return self.decimal(tag)
        number: float = struct.unpack(("<" if self.little else ">") + code, value)[0]
        return self._mended((number, True) if math.isfinite(number) else (None, False))

    def unsigned(self, tag: int) -> int | None:
        """An unsigned 16- or 32-bit integer, by the length of its bytes."""
        value = self._raw(tag)
        if not value:
            return None
        code = {2: "H", 4: "I"}.get(len(value))
        if code is None:
            self.notes.add(FileNote.VR_BAD)
            return self.integer(tag)
        return int(struct.unpack(("<" if self.little else ">") + code, value)[0])

    def date(self, tag: int) -> str | None:
        """YYYYMMDD, or None; the old form with points is mended."""
        return self._mended(_date(self.text(tag)))

    def time(self, tag: int) -> str | None:
        """HHMMSS.ffffff or a beginning of it; the old form with colons is mended."""
        return self._mended(_time(self.text(tag)))

    def date_time(self, tag: int) -> tuple[str | None, str | None]:
        """Date and time of a DT value; an offset from UTC is dropped."""
        text = re.split(r"[+&-]", self.text(tag))[0]
        if not _DATE.fullmatch(text[:8]):
            return self._mended((None, not text)), None
        return text[:8], self._mended(_time(text[8:]))

    def private(self, group: int, creator: str, element: int) -> int | None:
        """Tag of a private element, its block found by its creator; None when there is none."""
        if self._blocks is None:
            tags = _creators(tuple(self.values))
            self._blocks = _blocks(tags, tuple(map(self.values.get, tags)))
        block = self._blocks.get((group, creator))
        return None if block is None else group << 16 | block << 8 | element

    def _raw(self, tag: int) -> bytes:
        """Bytes of a value; none, and a note, where it is longer than any that is needed."""
        value = self.values.get(tag, b"")
        if len(value) > KEEP_BYTES:
            self.notes.add(FileNote.VR_BAD)
            return b""
        return value

    def _mended(self, found: tuple[T | None, bool]) -> T | None:
        value, is_good = found
        if not is_good:
            self.notes.add(FileNote.VR_BAD)
        return value


@lru_cache(_MOST_LAYOUTS)
def _creators(tags: tuple[int, ...]) -> tuple[int, ...]:
    """Return the tags that name the creators of private blocks (PS3.5 7.8.1), the last first."""
    return tuple(tag for tag in tags[::-1] if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF)


@lru_cache(_MOST_LAYOUTS)
def _blocks(
    tags: tuple[int, ...], creators: tuple[bytes | None, ...]
) -> Mapping[tuple[int, str], int]:
    """Return group and creator of each private block to its number, the first of several."""
    pairs = zip(tags, creators, strict=True)
    return {(tag >> 16, _text(creator or b"")): tag & 0xFF for tag, creator in pairs}


@lru_cache(_MOST)
def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8").strip(" \0\r\n\t")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip(" \0\r\n\t")


@lru_cache(_MOST)
def _texts(value: bytes) -> tuple[str, ...]:
    text = _text(value)
    return tuple(part.strip() for part in text.split("\\")) if text else ()


@lru_cache(_MOST)
def _number(text: str) -> float:
    """Return a finite number, or NaN for all else."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else math.nan


@lru_cache(_MOST)
def _decimal(value: bytes) -> tuple[float | None, bool]:
    """Return the first number, and whether what is there is one."""
    parts = _texts(value)
    if not parts or not parts[0]:
        return None, True
    number = _number(parts[0])
    return (None, False) if math.isnan(number) else (number, True)


@lru_cache(_MOST)
def _integer(value: bytes) -> tuple[int | None, bool]:
    """Likewise; an integer string holds no fraction and 32 bits."""
    number, is_good = _decimal(value)
    if number is None:
        return None, is_good
    if number.is_integer() and abs(number) <= _LARGEST_INTEGER:
        return int(number), True
    return None, False


@lru_cache(_MOST)
def _decimals(value: bytes, count: int) -> tuple[tuple[float, ...] | None, bool]:
    """Return exactly so many numbers or None, and whether all that is there are numbers."""
    parts = _texts(value)
    numbers = tuple(_number(part) for part in parts if part)
    is_good = not any(map(math.isnan, numbers))
    return (numbers if is_good and len(numbers) == len(parts) == count else None), is_good


@lru_cache(_MOST)
def _date(text: str) -> tuple[str | None, bool]:
    """Return a date as it is used, and whether it was written as it should be."""
    if _OLD_DATE.fullmatch(text):
        return text.replace(".", ""), False
    return (text or None, True) if not text or _DATE.fullmatch(text) else (None, False)


@lru_cache(_MOST)
def _time(text: str) -> tuple[str | None, bool]:
    """Return a time as it is used, and whether it was written as it should be."""
    is_old = _OLD_TIME.fullmatch(text) is not None
    plain = text.replace(":", "") if is_old else text
    if plain and not _TIME.fullmatch(plain):
        return None, False
    return plain or None, not is_old
