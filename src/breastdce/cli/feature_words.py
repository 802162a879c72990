"""Words about feature tables: what the call names, and what is shown of the result."""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from breastdce.cli.main import print_error
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.formats.table_bytes import tsv_bytes
from breastdce.radiomics.rings import Ring
from breastdce.radiomics.settings._contract import SettingNote
from breastdce.run.feature_files import tidy, wide
from breastdce.run.features import FeatureTable
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


def say_compiling() -> None:
    """Say why the first call on a machine takes longer."""
    words = "compiling for this machine, once: about half a minute"
    print(words, file=sys.stderr, flush=True)


def refuse(message: str, remedy: str, **evidence: object) -> CallError:
    """Make the error of a wrong call."""
    return CallError(ErrorCode.CALL_INVALID, message, evidence=evidence, remedy=remedy)


def say_settings(notes: Sequence[SettingNote]) -> None:
    """Say on standard error what became of another program's settings."""
    for note in notes:
        verdict = "honored" if note.honored else "not honored"
        print(f"{verdict}: {note.key} {note.value}: {note.why}".rstrip(), file=sys.stderr)


def say_row(number: int, total: int, words: str) -> None:
    """Say on standard error which row is in work, where there are several."""
    if total > 1:
        print(f"[{number}/{total}] {words}", file=sys.stderr)


def show_features(
    table: FeatureTable, settings: Sequence[SettingNote], args: argparse.Namespace
) -> None:
    """Print the table or where it is on standard output, notes and failures on standard error."""
    if args.json:
        text = msgspec.json.format(msgspec.json.encode(_plain(table, settings)), indent=2)
        print(text.decode())
    elif args.out is None and table.rows:
        sheet = tidy(table) if args.tidy else wide(table)
        sys.stdout.write(tsv_bytes(*sheet).decode())
    elif table.rows:
        print(args.out)
    for note in table.notes:
        detail = ", ".join(f"{key} {value}" for key, value in note.caveat.detail.items())
        words = " ".join(filter(None, (note.image, note.mask, str(note.label or ""))))
        print(
            f"mind: {words}: {note.caveat.code} {note.caveat.code.meaning} {detail}".rstrip(),
            file=sys.stderr,
        )
    for failure in table.failures:
        where = " ".join(filter(None, (failure.image, failure.mask)))
        print(f"no rows for {where}", file=sys.stderr)
        print_error(failure.error)
        if args.debug:
            traceback.print_exception(failure.error)


def _plain(table: FeatureTable, settings: Sequence[SettingNote]) -> Mapping[str, object]:
    return {
        "panel": table.panel.name,
        "rows": [
            {
                "image": row.image,
                "mask": row.mask,
                "label": row.label,
                "values": row.features.values,
                "reasons": row.features.reasons,
            }
            for row in table.rows
        ],
        "notes": table.notes,
        "failures": [
            {
                "image": failure.image,
                "mask": failure.mask,
                "code": failure.error.code,
                "message": failure.error.message,
                "evidence": {key: str(value) for key, value in failure.error.evidence.items()},
                "remedy": failure.error.remedy,
            }
            for failure in table.failures
        ],
        "settings": list(settings),
    }
