"""A preset by its name or from a file."""

from __future__ import annotations

from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.segment.preset import Preset, parse_preset, shipped_preset


def read_preset(words: str) -> Preset:
    """Read a preset that ships with the package, or a .toml file.

    Raises
    ------
    RecipeError
        UNKNOWN_ENTRY for a name; DEFINITION_INVALID for a file, with the place in it.
    """
    if not words.endswith(".toml"):
        return shipped_preset(words)
    try:
        text = Path(words).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            ErrorCode.DEFINITION_INVALID,
            "The preset cannot be read",
            evidence={"preset": words, "why": str(error)},
            remedy="Give a name, or the path of a readable .toml file.",
        ) from error
    return parse_preset(text, words)
