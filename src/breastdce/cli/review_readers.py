"""`breastdce review readers`: who may revise over a network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from breastdce.cli._contract import Command

_ROLES = ("reader", "adjudicator", "admin")
_DESCRIPTION = """Give readers a token for `breastdce review OUT --host ...`, or take it back.

  add OUT NAME     print a new token, once; a token that NAME had ends
  list OUT         names and roles
  remove OUT NAME  the token ends at once, and so do open pages; what was signed stays

A reader sees their own revisions only. An adjudicator sees all, accepts and sends back. An admin
may do all of it.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("add", "list", "remove"), metavar="add|list|remove")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument("name", nargs="?", metavar="NAME", help="letters, digits, '.', '_', '-'")
    parser.add_argument("--role", choices=_ROLES, default="reader", help="of add (%(default)s)")
    parser.add_argument("--json", action="store_true", help="of list: as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.core.codes import ErrorCode
    from breastdce.core.errors import CallError
    from breastdce.web.tokens import remove_token

    if (args.what == "list") != (args.name is None):
        words = "list takes no NAME" if args.name else f"{args.what} needs a NAME"
        raise CallError(ErrorCode.CALL_INVALID, words)
    if args.what == "list":
        _list(args.out, as_json=args.json)
    elif args.what == "add":
        _add(args.out, args.name, args.role)
    else:
        remove_token(args.out, args.name)
    return 0


def _add(out: Path, name: str, role: str) -> None:
    from breastdce.review.revision import Reader, Role
    from breastdce.run.review.room import ReviewRoom
    from breastdce.web.access import login_name
    from breastdce.web.tokens import add_token, check_name

    check_name(name)
    # Who can write these files may do everything, whatever the ledger says of the name.
    owner = Reader(login_name(), Role.ADMIN)
    with ReviewRoom(out) as room:
        room.set_role(name, Role(role), owner)
    token = add_token(out, name)
    print(f"{name} signs in with this token; it is not shown again:", file=sys.stderr)
    print(token)


def _list(out: Path, *, as_json: bool) -> None:
    from breastdce.cli.as_json import print_json
    from breastdce.run.review.room import ReviewRoom
    from breastdce.web.tokens import read_entries

    with ReviewRoom(out) as room:
        readers = [room.reader(entry.name) for entry in read_entries(out)]
    if as_json:
        print_json(readers)
        return
    for reader in readers:
        print(f"{reader.name}\t{reader.role}")


VERBS: Mapping[str, Command] = {
    "readers": Command("readers", "who has a token", _DESCRIPTION, _arguments, _run)
}
