"""What a file is by its first bytes, before anything is parsed."""

from __future__ import annotations

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.encoding import Cursor

HEAD_BYTES = 512
_BLOCK = 1 << 20
_MOST_BLOCKS = 256
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
"""Magic numbers of zip (and its empty form), gzip, bzip2, xz, 7z, RAR, Zstandard."""


def sniff(cursor: Cursor) -> FileCode | None:
    """FILE_EMPTY, ARCHIVE or NOT_DICOM where the bytes say so, else None."""
    if cursor.size == 0:
        return FileCode.FILE_EMPTY
    head = cursor.at(0, min(HEAD_BYTES, cursor.size))
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return FileCode.ARCHIVE
    return _judge_zeros(cursor) if head.count(0) == len(head) else None


def _judge_zeros(cursor: Cursor) -> FileCode:
    """Whether zeros are all there is; an object cannot begin with so many of them."""
    for begin in range(0, min(cursor.size, _MOST_BLOCKS * _BLOCK), _BLOCK):
        block = cursor.at(begin, min(_BLOCK, cursor.size - begin))
        if block.count(0) != len(block):
            return FileCode.NOT_DICOM
    return FileCode.FILE_EMPTY if cursor.size <= _MOST_BLOCKS * _BLOCK else FileCode.NOT_DICOM
