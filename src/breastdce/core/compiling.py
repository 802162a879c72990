"""Who is told that loops are about to be compiled; apart from the compiler, which loads slowly."""

from __future__ import annotations

from collections.abc import Callable

_told: list[Callable[[], None]] = []


def tell_before_compiling(say: Callable[[], None] | None) -> None:
    """Call `say` once, before the next kernel that is not on disk yet is compiled; None: nobody."""
    _told[:] = [] if say is None else [say]


def compiling() -> None:
    """Tell who asked; called before a kernel is compiled."""
    if _told:
        _told.pop()()
