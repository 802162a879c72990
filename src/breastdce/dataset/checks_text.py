"""Promise: no date, name, UID or free text of the source in any text, workbook or picture."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path

from breastdce.dataset import layout
from breastdce.dataset.privacy import traces
from breastdce.dataset.problem import Problem, Promise, problem

_TEXT = (".json", ".md", ".cff", ".html", ".svg", ".toml")
# What the writer of workbooks puts there; a member of another name is somebody else's.
_MEMBERS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/workbook\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/(styles|sharedStrings|metadata)\.xml|xl/theme/theme1\.xml"
    r"|xl/worksheets/sheet[12]\.xml"
)
_NO_TIME = "1980-01-01T00:00:00Z"  # the constant of our writer
_MAX_MEMBER = 2**28  # bytes of a workbook's part after unpacking
_PICTURE_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"pHYs", b"IDAT", b"IEND")  # none holds text
)


def check_texts(root: Path) -> Iterator[Problem]:
    """Search every text file for traces of a patient's identity."""
    store = layout.store(root)
    files = (path for path in sorted(root.rglob("*")) if store not in path.parents)
    for path in files:
        if path.suffix in _TEXT and path.is_file():
            yield from _check_text(root, path)
        elif path.suffix == ".png" and path.is_file():
            yield from _check_picture(root, path)


def check_workbook(root: Path, expected: Sequence[str]) -> Iterator[Problem]:
    """Compare the texts of participants.xlsx with `expected`, and its properties with none."""
    path = layout.participants(root, "xlsx")
    if not path.exists():
        return
    try:
        with zipfile.ZipFile(path) as book:
            parts = {info.filename: _part(book, info) for info in book.infolist()}
            stamped = any(info.date_time[0] != 1980 or info.comment for info in book.infolist())
            comment = bool(book.comment)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, UnicodeDecodeError) as error:
        yield problem(root, path, Promise.READABLE, "not a workbook", error)
        return
    odd = [name for name in parts if _MEMBERS.fullmatch(name) is None]
    if odd or stamped or comment:
        what = "the workbook holds more than its two sheets"
        yield problem(root, path, Promise.PRIVACY, what, odd or "times or comments in the archive")
    core = parts.get("docProps/core.xml", "")
    properties = [text for text in re.findall(r">([^<>]+)<", core) if text.strip()]
    if any(text != _NO_TIME for text in properties):
        what = "the workbook's properties hold text"
        yield problem(root, path, Promise.PRIVACY, what, properties)
    strings = re.findall(r"<t(?: [^>]*)?>([^<]*)</t>", parts.get("xl/sharedStrings.xml", ""))
    unknown = {unescape(text) for text in strings} ^ set(expected)
    if unknown:
        what = "the workbook and participants.tsv hold different texts"
        yield problem(root, path, Promise.TABLES, what, sorted(unknown)[:8])


def _check_text(root: Path, path: Path) -> Iterator[Problem]:
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        yield problem(root, path, Promise.READABLE, "not a text in UTF-8", error)
        return
    for kind, seen in traces(text):
        yield problem(root, path, Promise.PRIVACY, f"holds what looks like a {kind}", seen)


def _check_picture(root: Path, path: Path) -> Iterator[Problem]:
    content = path.read_bytes()
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        yield problem(root, path, Promise.READABLE, "not a PNG picture", content[:8])
        return
    odd = sorted({kind for kind in _chunks(content) if kind not in _PICTURE_CHUNKS})
    if odd:
        what = "the picture holds more than its pixels"
        yield problem(root, path, Promise.PRIVACY, what, odd)


def _chunks(content: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(content):
        kind = content[place + 4 : place + 8]
        yield kind
        place += 12 + int.from_bytes(content[place : place + 4], "big")
        if kind == b"IEND" and place < len(content):
            yield b"(after the end)"
            return


def _part(book: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    if info.file_size > _MAX_MEMBER:
        raise ValueError(f"{info.filename} would unpack to {info.file_size} bytes")
    return book.read(info).decode()
