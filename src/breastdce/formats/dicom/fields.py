"""Values from raw bytes, tolerantly: what cannot be read is None and leaves a note.

Only the value representations that the scan needs; nothing is ever raised here.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from breastdce.core.codes import FileNote

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_OLD_DATE = re.compile(r"\d{4}\.\d{2}\.\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?", re.ASCII)
_OLD_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)
_LARGEST_INTEGER = 2**31 - 1
"""Integer strings hold 32 bits with sign (PS3.5 6.2)."""


@dataclass(slots=True)
class Fields:
    """Typed access to the elements of one data set or sequence item."""

    values: Mapping[int, bytes]
    little: bool
    notes: set[FileNote] = field(default_factory=set)

    def text(self, tag: int) -> str:
        """A string, blanks and zero bytes trimmed; empty when absent."""
        value = self.values.get(tag)
        if not value:
            return ""
        try:
            return value.decode("utf-8").strip(" \0\r\n\t")
        except UnicodeDecodeError:
            return value.decode("latin-1").strip(" \0\r\n\t")

    def texts(self, tag: int) -> tuple[str, ...]:
        """A multi-valued string, each part trimmed; empty parts stay."""
        text = self.text(tag)
        return tuple(part.strip() for part in text.split("\\")) if text else ()

    def decimals(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Exactly `count` finite numbers of a decimal string, or None."""
        parts = self.texts(tag)
        values = [self._number(part) for part in parts]
        finite = [value for value in values if value is not None]
        return tuple(finite) if len(finite) == len(parts) == count else None

    def decimal(self, tag: int) -> float | None:
        """The first number of a decimal string, or None."""
        parts = self.texts(tag)
        return self._number(parts[0]) if parts and parts[0] else None

    def integer(self, tag: int) -> int | None:
        """The first number of an integer string, or None."""
        value = self.decimal(tag)
        if value is None or (value.is_integer() and abs(value) <= _LARGEST_INTEGER):
            return None if value is None else int(value)
        self.notes.add(FileNote.VR_BAD)
        return None

    def short(self, tag: int) -> int | None:
        """A signed 16-bit integer; an integer string where the length is another."""
        value = self.values.get(tag)
        if value is None or len(value) != 2:
            return self.integer(tag)
        return int(struct.unpack("<h" if self.little else ">h", value)[0])

    def binary(self, tag: int) -> float | None:
        """A float32 or float64, by the length of its bytes; a decimal string otherwise."""
        value = self.values.get(tag)
        if not value:
            return None
        code = {4: "f", 8: "d"}.get(len(value))
        if code is None:
            return self.decimal(tag)
        number: float = struct.unpack(("<" if self.little else ">") + code, value)[0]
        return number if math.isfinite(number) else None

    def unsigned(self, tag: int) -> int | None:
        """An unsigned 16- or 32-bit integer, by the length of its bytes."""
        value = self.values.get(tag)
        if not value:
            return None
        code = {2: "H", 4: "I"}.get(len(value))
        if code is None:
            self.notes.add(FileNote.VR_BAD)
            return self.integer(tag)
        return int(struct.unpack(("<" if self.little else ">") + code, value)[0])

    def date(self, tag: int) -> str | None:
        """YYYYMMDD, or None; the old form with points is mended."""
        text = self.text(tag)
        if _OLD_DATE.fullmatch(text):
            self.notes.add(FileNote.VR_BAD)
            return text.replace(".", "")
        if text and not _DATE.fullmatch(text):
            self.notes.add(FileNote.VR_BAD)
            return None
        return text or None

    def time(self, tag: int) -> str | None:
        """HHMMSS.ffffff or a beginning of it; the old form with colons is mended."""
        text = self.text(tag)
        if _OLD_TIME.fullmatch(text):
            self.notes.add(FileNote.VR_BAD)
            text = text.replace(":", "")
        if text and not _TIME.fullmatch(text):
            self.notes.add(FileNote.VR_BAD)
            return None
        return text or None

    def date_time(self, tag: int) -> tuple[str | None, str | None]:
        """Date and time of a DT value; an offset from UTC is dropped."""
        text = re.split(r"[+&-]", self.text(tag))[0]
        if not _DATE.fullmatch(text[:8]):
            return None, None
        return text[:8], (text[8:] if _TIME.fullmatch(text[8:]) else None)

    def private(self, group: int, creator: str, element: int) -> int | None:
        """Tag of a private element, its block found by its creator; None when there is none."""
        for tag in self.values:
            block = tag & 0xFFFF
            if tag >> 16 == group and 0x10 <= block <= 0xFF and self.text(tag) == creator:
                return group << 16 | block << 8 | element
        return None

    def _number(self, text: str) -> float | None:
        if not text:
            return None
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(value):
            self.notes.add(FileNote.VR_BAD)
            return None
        return value
