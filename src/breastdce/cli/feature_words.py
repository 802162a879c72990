"""Words about feature tables: how far it is, and what is shown of the result."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Mapping, Sequence

from breastdce.cli.as_json import print_json
from breastdce.cli.main import print_error
from breastdce.formats.table_bytes import tsv_bytes
from breastdce.radiomics.settings._contract import SettingNote
from breastdce.run.feature_files import tidy, wide
from breastdce.run.features import FeatureTable


def say_compiling() -> None:
    """Say why the first call on a machine takes longer."""
    words = "compiling for this machine, once: about half a minute"
    print(words, file=sys.stderr, flush=True)


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
        print_json(_plain(table, settings))
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
