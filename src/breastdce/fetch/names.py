"""Names of the index and the bucket, which strangers wrote, made fit to be names of files here."""

from __future__ import annotations

import re

_UNFIT = re.compile(r"[^A-Za-z0-9._-]")
_MAX_NAME = 64  # DICOM's longest patient id and UID
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


def folder_name(text: str) -> str:
    """Letters, digits, dot, hyphen and underscore of `text`, others replaced by an underscore.

    Never empty, hidden, a way out of the folder, or longer than 64 characters.

    Raises
    ------
    ValueError
        Nothing of `text` is left.
    """
    name = _UNFIT.sub("_", text.strip()).lstrip(".-")[:_MAX_NAME]
    if not name.strip("._-"):
        raise ValueError(f"{printable(text)!r} cannot be the name of a folder")
    return name


def uid(text: str) -> str:
    """`text` itself when it is a DICOM UID, else ValueError."""
    return _whole(_UID, text[: _MAX_NAME + 1], "a UID", _MAX_NAME)


def bucket_name(text: str) -> str:
    """`text` itself when it can be the name of a bucket, else ValueError."""
    return _whole(_BUCKET, text, "a bucket", _MAX_NAME)


def key_part(text: str) -> str:
    """`text` itself when it can be one part of an object's key and a file name, else ValueError."""
    return _whole(_PART, text, "a part of a key", 128)


def printable(text: str) -> str:
    """`text` with what a terminal might obey replaced by a question mark, on one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _whole(pattern: re.Pattern[str], text: str, what: str, longest: int) -> str:
    if len(text) > longest or pattern.fullmatch(text) is None:
        raise ValueError(f"{printable(text[:longest])!r} is not {what}")
    return text
