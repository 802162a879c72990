"""What is unusual about a file that is read all the same, as far as its bytes show."""

from __future__ import annotations

import codecs
from functools import lru_cache

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.elements import Elements

_LOSSY_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 81, 91, 93, 100, 101, 102, 103, 203)
)
_CHARSET = 0x00080005
_TEXT_TAGS = (0x00100010, 0x00081030, 0x0008103E, 0x00180015, 0x00080080)
"""Patient's name, study and series description, body part, institution."""
_USUAL = {"ISO_IR 6": "iso8859", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}
_MOST_HEADERS = 512


def notes_of(found: Elements) -> set[FileNote]:
    """Notes on encoding, padding, character set and compression."""
    notes = set()
    if not found.preamble:
        notes.add(FileNote.NO_PREAMBLE)
    if found.guessed or 0x00020000 not in found.meta:
        notes.add(FileNote.NO_META)
    if found.mended:
        notes.add(FileNote.VR_BAD)
    if found.padded:
        notes.add(FileNote.PADDING)
    if not _charset_holds(*map(found.values.get, (_CHARSET, *_TEXT_TAGS))):
        notes.add(FileNote.CHARSET)
    if found.transfer_syntax in _LOSSY_SYNTAXES or found.values.get(0x00282110, b"")[:2] == b"01":
        notes.add(FileNote.LOSSY)
    return notes


@lru_cache(_MOST_HEADERS)
def _charset_holds(charset: bytes | None, *texts: bytes | None) -> bool:
    """Whether the character set is a known one and the texts can be decoded with it."""
    codec = "ascii" if charset is None else _codec(charset)  # ASCII is the default repertoire
    if codec is None:
        return False
    try:
        for text in texts:
            codecs.decode(text or b"", codec)
    except UnicodeDecodeError:
        return False
    return True


def _codec(charset: bytes) -> str | None:
    """Python's name of the character set; None when it is empty or unknown."""
    terms = charset.decode("latin-1").strip(" \0").split("\\")
    if terms == [""]:
        return None
    known = [_USUAL.get(term.strip()) or _python_name(term.strip()) for term in terms]
    if None in known:
        return None
    # With several sets, escape sequences switch between them: nothing can be disproved.
    return known[0] if len(known) == 1 and "2022" not in terms[0] else "latin-1"


def _python_name(term: str) -> str | None:
    from pydicom.charset import python_encoding  # late: the usual sets need no pydicom

    return python_encoding.get(term)
