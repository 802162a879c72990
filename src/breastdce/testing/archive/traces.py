"""Look for planted identities in every byte of a data set, also in what is packed.

Voxels are many and no text: of a NIfTI image the header, and whatever else is not voxels, is
searched in every form, the voxels for the plain words.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from breastdce.testing.archive.marks import ROOT, WORD

_PNG = b"\x89PNG\r\n\x1a\n"
_NIFTI_OFFSET = slice(108, 112)  # vox_offset, a float32
_SMALLEST_HEADER = 352
_EMBEDDED = re.compile(rb"base64,([A-Za-z0-9+/=]{40,})")
_DATE = re.compile(rb"(?<![0-9.])(18[0-9]{2})([-/.]?)([0-9]{2})\2([0-9]{2})(?![0-9])")


def traces(content: bytes, dates: frozenset[str]) -> Iterator[str]:
    """Every planted word, UID or date in some bytes."""
    lower = content.lower()
    yield from (form.decode("latin-1") for form in _FORMS if form in lower)
    yield from (form.decode("latin-1") for form in _BASE64 if form in content)
    for match in _DATE.finditer(content):
        if (match[1] + match[3] + match[4]).decode() in dates:
            yield match.group().decode()


def _forms(text: str) -> Iterator[bytes]:
    """How a text may stand in bytes that were brought to lower case."""
    plain = text.lower()
    yield from (plain.encode(), plain.encode("utf-16-le"), plain.encode().hex().encode())
    yield text.encode().hex().encode()
    yield "".join(f"%{byte:02x}" for byte in text.encode()).encode()


def _in_base64(text: str) -> Iterator[bytes]:
    """The characters that a text alone decides, at each of the three places it can begin."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text.encode() + b"\0" * 6)
        yield whole[-(-before * 8 // 6) : (before + len(text)) * 8 // 6]


_FORMS = tuple(form for text in (WORD, ROOT) for form in _forms(text))
_BASE64 = tuple(form for text in (WORD, WORD.lower(), ROOT) for form in _in_base64(text))
_VOXEL_FORMS = tuple(text.encode() for text in (WORD, WORD.lower(), ROOT))


def layers(content: bytes, name: str) -> Iterator[bytes]:
    """The bytes and what is packed in them: gzip, zip, text in PNG, base64 in pages."""
    yield content
    if content[:2] == b"\x1f\x8b":
        yield from layers(gzip.decompress(content), "")
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield member.encode()
                yield from layers(archive.read(member), member)
    elif content[:8] == _PNG:
        yield from _png_texts(content)
    elif name.endswith((".html", ".svg", ".css", ".md")):
        for match in _EMBEDDED.finditer(content):
            yield from layers(base64.b64decode(match[1]), "")


def _png_texts(content: bytes) -> Iterator[bytes]:
    """Unpacked texts of a picture (PNG specification, 11.3.4)."""
    place = len(_PNG)
    while place + 8 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            for start in range(len(body)):
                if body[start : start + 1] == b"\x78":
                    yield _unpacked(body[start:])
        place += 12 + length


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body)
    except zlib.error:
        return b""


def leaks(folder: Path, dates: Iterable[str]) -> list[tuple[str, str]]:
    """File and trace, for every trace in the names or bytes of a tree."""
    known = frozenset(dates)
    found: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found += [(name, seen) for seen in traces(name.encode(), known)]
        if path.is_file():
            found += [(name, seen) for seen in _of_file(path, known)]
    return found


def _of_file(path: Path, dates: frozenset[str]) -> Iterator[str]:
    content = path.read_bytes()
    if path.name.endswith(".nii.gz"):
        yield from traces(content[:64], dates)  # of gzip's own header, which may hold a name
        image = gzip.decompress(content)
        (offset,) = struct.unpack("<f", image[_NIFTI_OFFSET])
        header = image[: max(_SMALLEST_HEADER, int(offset))]
        yield from traces(header, dates)
        yield from (form.decode() for form in _VOXEL_FORMS if form in image)
        return
    for layer in layers(content, path.name):
        yield from traces(layer, dates)
