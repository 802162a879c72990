"""What a file is by its first bytes, before anything is parsed."""

from __future__ import annotations

from typing import BinaryIO

from breastdce.core.codes import FileCode

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


def sniff(file: BinaryIO, size: int) -> FileCode | None:
    """FILE_EMPTY, ARCHIVE or NOT_DICOM where the bytes say so, else None."""
    if size == 0:
        return FileCode.FILE_EMPTY
    head = file.read(HEAD_BYTES)
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return FileCode.ARCHIVE
    if head.count(0) == len(head):
        return _judge_zeros(file)
    return None


def _judge_zeros(file: BinaryIO) -> FileCode:
    """Whether zeros are all there is; an object cannot begin with so many of them."""
    for _ in range(_MOST_BLOCKS):
        block = file.read(_BLOCK)
        if not block:
            return FileCode.FILE_EMPTY
        if block.count(0) != len(block):
            break
    return FileCode.NOT_DICOM
