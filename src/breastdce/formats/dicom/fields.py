"""Values from raw bytes, tolerantly: what cannot be read is None and leaves a note.

Only the value representations that the scan needs; nothing is ever raised here.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from breastdce.core.codes import FileNote

Raw = Callable[[int], bytes | None]
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{8}")
_TIME = re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?")
_COLON_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?")


@dataclass(slots=True)
class Fields:
    """Typed access to the elements of one data set or sequence item."""

    raw: Raw
    little: bool
    notes: set[FileNote] = field(default_factory=set)

    def text(self, tag: int) -> str:
        """A string, blanks and zero bytes trimmed; empty when absent."""
        value = self.raw(tag)
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
        return None if value is None else int(value)

    def binary(self, tag: int) -> float | None:
        """A float32 or float64, by the length of its bytes; a decimal string otherwise."""
        value = self.raw(tag)
        if not value:
            return None
        code = {4: "f", 8: "d"}.get(len(value))
        if code is None:
            return self.decimal(tag)
        number: float = struct.unpack(("<" if self.little else ">") + code, value)[0]
        return number if math.isfinite(number) else None

    def unsigned(self, tag: int) -> int | None:
        """An unsigned 16- or 32-bit integer, by the length of its bytes."""
        value = self.raw(tag)
        if not value:
            return None
        code = {2: "H", 4: "I"}.get(len(value))
        if code is None:
            self.notes.add(FileNote.VR_BAD)
            return self.integer(tag)
        return int(struct.unpack(("<" if self.little else ">") + code, value)[0])

    def date(self, tag: int) -> str | None:
        """YYYYMMDD, or None."""
        text = self.text(tag)
        if text and not _DATE.fullmatch(text):
            self.notes.add(FileNote.VR_BAD)
            return None
        return text or None

    def time(self, tag: int) -> str | None:
        """HHMMSS.ffffff or a beginning of it; the old form with colons is mended."""
        text = self.text(tag)
        if _COLON_TIME.fullmatch(text):
            self.notes.add(FileNote.VR_BAD)
            return text.replace(":", "")
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
        for block in range(0x10, 0x100):
            if self.text(group << 16 | block) == creator:
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
