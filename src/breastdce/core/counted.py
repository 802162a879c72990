"""Numbers of things in words."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Say a number with its noun: `1 exam`, `2 exams`; `plural` where it does not end in s."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
