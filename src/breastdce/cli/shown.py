"""Text from headers and names of files, as a terminal may have it."""

from __future__ import annotations

_CONTROLS = (*range(32), *range(127, 160))
_TURNS = (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Separators of lines, and what turns the direction of writing."""
_SHOWN = {code: f"\\x{code:02x}" for code in _CONTROLS} | {
    code: f"\\u{code:04x}" for code in _TURNS
}


def shown(text: str) -> str:
    r"""Write control characters as what they are, since a terminal would obey them.

    So are bytes of names that are no text, which no stream would take.

    >>> shown("\x1b[2J")
    '\\x1b[2J'
    """
    return text.encode("utf-8", "backslashreplace").decode().translate(_SHOWN)
