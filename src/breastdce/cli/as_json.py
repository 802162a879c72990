"""Answers for programs: a record as JSON on standard output."""

from __future__ import annotations

import sys

import msgspec


def print_json(value: object) -> None:
    """Print a record as JSON; what JSON has no type for is printed as text."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.write(text.decode() + "\n")
