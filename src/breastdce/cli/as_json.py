"""Answers for programs: a record as JSON on standard output."""

from __future__ import annotations

import sys

import msgspec


def print_json(value: object) -> None:
    """Print a record as JSON; what JSON has no type for is printed as text."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=_text), indent=2)
    sys.stdout.write(text.decode() + "\n")


def _text(value: object) -> str:
    """A path as text, also where its bytes are none."""
    return str(value).encode("utf-8", "backslashreplace").decode()
