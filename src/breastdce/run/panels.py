"""The panel that a call asks for: one that ships, a TOML file, or another program's settings."""

from __future__ import annotations

import csv
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.radiomics.panel import Panel, load_panel, parse_panel, shipped_table
from breastdce.radiomics.settings._contract import Settings

_MOST_CHARACTERS = 1 << 16
_MOST_BRACKETS = 500


def read_panel(name: str) -> Panel:
    """Read a panel by the name it ships under, or from a TOML file.

    Raises
    ------
    RecipeError
        UNKNOWN_ENTRY, RECIPE_INVALID.
    CallError
        CALL_INVALID when the file cannot be read.
    """
    path = Path(name)
    if path.suffix.lower() != ".toml":
        return load_panel(name)
    return parse_panel(_text(path), path.name)


def read_settings(path: Path) -> Settings:
    """Read PyRadiomics' YAML or CaPTk's CSV of parameters, by the suffix of the file name.

    Raises
    ------
    CallError
        CALL_INVALID when it is neither, or cannot be read.
    RecipeError
        RECIPE_INVALID when nothing that it asks for can be computed.
    """
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        from breastdce.radiomics.settings.pyradiomics import from_pyradiomics

        return from_pyradiomics(_yaml(path), shipped_table("ibsi"))
    if suffix == ".csv":
        from breastdce.radiomics.settings.captk import from_captk

        return from_captk(_rows(path), shipped_table("captk"))
    raise _unreadable(path, "not .yaml, .yml (PyRadiomics) or .csv (CaPTk)")


def _yaml(path: Path) -> object:
    import yaml  # late: it would slow down the start of every command

    text = _text(path)
    brackets = text.count("[") + text.count("{")
    if len(text) > _MOST_CHARACTERS or brackets > _MOST_BRACKETS:
        raise _unreadable(path, f"{len(text)} characters, {brackets} brackets: no settings")
    try:
        # Lists of aliases of lists of aliases are small until somebody looks at them.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise _unreadable(path, "it holds an alias")
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _unreadable(path, " ".join(str(error).split())) from error


def _rows(path: Path) -> list[dict[str, str]]:
    # Names of columns and cells without the blanks around them, as the program reads them.
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(_text(path).splitlines())]
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error
    names = lines[0] if lines else []
    if not {"FeatureName", "ParamName"} <= set(names):
        raise _unreadable(path, "no columns FeatureName and ParamName")
    return [dict(zip(names, line, strict=False)) for line in lines[1:] if any(line)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> CallError:
    return CallError(
        ErrorCode.CALL_INVALID,
        "The settings cannot be read",
        evidence={"file": str(path), "why": why},
        remedy="Give a panel (.toml), PyRadiomics parameters (.yaml) or CaPTk parameters (.csv).",
    )
