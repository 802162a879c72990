"""`breastdce scan`: what is there, and why each series was chosen or not."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Find the dynamic series of every exam and explain each choice; write nothing.

Every file is accounted for: by exam and phase, or with a reason code. What is shown may name
patients: it is for your screen, not for sharing.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dicom", nargs="+", type=Path, metavar="DICOM", help="folders or files")
    parser.add_argument("--out", type=Path, metavar="DCE.tsv", help="one row per exam")
    parser.add_argument("--json", action="store_true", help="everything as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.console import show_survey
    from breastdce.run.survey import survey, write_dce_table

    found = survey(tuple(args.dicom))
    if args.out is not None:
        write_dce_table(args.out, found)
    show_survey(found, as_json=args.json)
    return 0


COMMAND = Command("scan", "find the DCE, explain each choice", _DESCRIPTION, _arguments, _run)
