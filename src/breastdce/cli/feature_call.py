"""What a call for features names: images, masks, rings.

Light to load, so that images can be read while the rest is loaded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.radiomics.rings import Ring
from breastdce.run.images import name_of

_RING = re.compile(r"([0-9]*\.?[0-9]+)-([0-9]*\.?[0-9]+)")
_MISSING = "n/a"  # stands for no value in tables
_NAME_IT = "Name the input: NAME=PATH, one line of text."


def named_paths(words: Sequence[str]) -> dict[str, Path]:
    """Paths by name, from words `PATH` or `NAME=PATH`.

    Raises
    ------
    CallError
        CALL_INVALID for a path that does not exist, and names that are equal or no line of text.
    """
    found: dict[str, Path] = {}
    for word in words:
        name, path = _named(word)
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises without permission in 3.11
            raise refuse("The input does not exist", "Check the path.", path=str(path))
        if not name.isprintable() or name in ("", _MISSING):
            raise refuse("A name cannot stand in a table", _NAME_IT, given=ascii(word))
        if name in found:
            raise refuse("Two inputs have one name", _NAME_IT, name=name, path=str(path))
        found[name] = path
    return found


def _named(word: str) -> tuple[str, Path]:
    name, equals, path = word.partition("=")
    # A file name may hold an equals sign.
    if not equals or os.path.exists(word):  # noqa: PTH110 - as above
        return name_of(Path(word)), Path(word)
    return name, Path(path)


def parse_ring(word: str) -> Ring:
    """Read a ring like `0-5` (mm); CallError(CALL_INVALID) when it is not one."""
    match = _RING.fullmatch(word)
    if match is None or not float(match[1]) < float(match[2]):
        raise refuse("Not a ring", "Give two distances in mm, like 0-5.", given=word)
    return Ring(float(match[1]), float(match[2]))


def refuse(message: str, remedy: str, **evidence: object) -> CallError:
    """Make the error of a wrong call."""
    return CallError(ErrorCode.CALL_INVALID, message, evidence=evidence, remedy=remedy)
