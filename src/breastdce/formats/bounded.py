"""Bytes of a file from outside: never more than was asked for, whatever the file says it holds."""

from __future__ import annotations

from pathlib import Path

from isal import isal_zlib

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

_GZIP = 31  # zlib's window argument: one gzip member
GZIP_MARK = b"\x1f\x8b"


def read_small(path: Path, most_bytes: int) -> bytes:
    """Read a file whole.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is no ordinary file, cannot be read, or is larger.
    """
    try:
        if not path.is_file():  # a pipe or a device would block for ever
            raise _invalid(path, "no such file" if not path.exists() else "not a file")
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise _invalid(path, error.strerror or str(error)) from error
    if len(content) > most_bytes:
        raise _invalid(path, f"more than {most_bytes} bytes")
    return content


class BoundedReader:
    """Content of a buffer from its start on; one gzip member is unpacked as it is read.

    Any method raises `isal_zlib.error` for a damaged gzip stream.
    """

    def __init__(self, packed: bytes, *, gzip: bool) -> None:
        self._rest = packed
        self._stream = isal_zlib.decompressobj(wbits=_GZIP) if gzip else None

    def take(self, count: int) -> bytes:
        """The next bytes: `count`, or fewer where the content ends."""
        if self._stream is None:
            taken, self._rest = self._rest[:count], self._rest[count:]
            return taken
        if count == 0 or self._stream.eof:
            return b""
        taken = self._stream.decompress(self._rest, count)
        self._rest = self._stream.unconsumed_tail
        return taken

    def at_end(self) -> bool:
        """Whether nothing is left, and a gzip stream ended with the right checksum."""
        if self.take(1):
            return False
        if self._stream is None:
            return True
        return bool(self._stream.eof and not self._stream.unused_data)


def _invalid(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.IMAGE_INVALID, evidence={"file": path.name, "why": why})
