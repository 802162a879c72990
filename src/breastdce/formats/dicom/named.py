"""Choosing one region of an object by its number or by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

T = TypeVar("T")


def choose(regions: Sequence[tuple[int, str, T]], which: int | str, *, what: str, name: str) -> T:
    """Return the one region of a number, or of a name (case and blanks around it do not matter).

    Parameters
    ----------
    regions
        Number, name and region.
    what, name
        What a region and its name are called in this kind of object, for the error.

    Raises
    ------
    InputError
        UNKNOWN_ENTRY when there is none, or several have the name.
    """
    wanted = which.strip().casefold() if isinstance(which, str) else which
    found = [region for number, text, region in regions if wanted in (number, text.casefold())]
    if len(found) == 1:
        return found[0]
    raise InputError(
        ErrorCode.UNKNOWN_ENTRY,
        f"No one {what} of that number or {name}",
        evidence={
            "asked": which,
            f"{what}s": "; ".join(f"{number}: {text}" for number, text, _ in regions),
        },
        remedy="Give one of the numbers.",
    )
