"""`breastdce validate`: check every promise of a data set."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Check that a data set holds what it promises: files, grids, masks, z-scores,
tables and dictionaries, checksums, and that no date, name, UID or free text is in it. Of revisions
by people: that their ledger is as it was written, and expert masks are what it says.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument("--json", action="store_true", help="the problems as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.console import show_problems
    from breastdce.run.validation import validate_all

    problems = validate_all(args.out)
    show_problems(args.out, problems, as_json=args.json)
    return 1 if problems else 0


COMMAND = Command("validate", "check a data set's promises", _DESCRIPTION, _arguments, _run)
