"""`breastdce review agreement`: how well the readers of a data set agree."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from breastdce.cli._contract import Command

if TYPE_CHECKING:
    from breastdce.run.review.agreement import Found

_DESCRIPTION = """Compare the last revisions of all readers of a data set.

  breastdce review agreement OUT               pairs of readers, on stdout
  breastdce review agreement OUT --out FOLDER  tables and a page as well

Readers are those with the role of a reader, who saw no work of others; where there are none,
everybody who signed. In files they stand as letters; which letter is who is said on stderr alone.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out_dir", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder of tables and page")
    parser.add_argument(
        "--names", action="store_true", help="readers by name, not by letter: not to be published"
    )
    parser.add_argument("--json", action="store_true", help="pairs as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.review.revision import Reader, Role
    from breastdce.run.review.agreement import RoomAgreement
    from breastdce.run.review.agreement_files import check_out, write_agreement
    from breastdce.run.review.room import ReviewRoom

    if args.out is not None:
        check_out(args.out)
    with ReviewRoom(args.out_dir) as room:
        # Who can read these files may see all of it, whatever the ledger says of the name.
        found = RoomAgreement(room).find(Reader("owner", Role.ADMIN))
    if args.out is not None:
        write_agreement(args.out, found, args.out_dir.resolve().name, names=args.names)
    _show(found, args)
    return 0


def _show(found: Found, args: argparse.Namespace) -> None:
    from breastdce.cli.as_json import print_json
    from breastdce.run.review.agreement_view import agreement_table, letters

    sign = letters(found.summary)
    table = agreement_table(found, None if args.names else sign)
    if not args.names:
        for name, letter in sign.items():
            print(f"{letter} is {name}", file=sys.stderr)
    if args.json:
        print_json(table)
        return
    print("\t".join(column.name for column in table.columns))
    for row in table.rows:
        print("\t".join(_cell(row[column.name]) for column in table.columns))
    print(table.note, file=sys.stderr)


def _cell(value: str | float | None) -> str:
    if value is None:
        return "n/a"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


VERBS: Mapping[str, Command] = {
    "agreement": Command("agreement", "how well readers agree", _DESCRIPTION, _arguments, _run)
}
"""Subcommands of `breastdce review`."""
