"""`breastdce review`: expert revision, in the browser or by other editors."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path

from breastdce.cli._contract import Command, add_common

_VERBS = {
    "export": "review_exchange",
    "import": "review_exchange",
    "readers": "review_readers",
    "agreement": "review_agreement",
}
"""Subcommands in the order of the help, and the files below `cli` with their VERBS."""
_DESCRIPTION = """Revise tumor masks in the browser: prints an address, serves until Ctrl-C.

  breastdce review OUT                          one reader, on this computer alone
  breastdce review OUT --host review.example.org --tls-cert FILE --tls-key FILE
                                                readers elsewhere, each with a token
  breastdce review readers add|list|remove OUT  who has a token
  breastdce review export OUT CASE --for itksnap|slicer
  breastdce review import OUT FILE              edit in another program, and bring it back
  breastdce review agreement OUT                how well the readers agree
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="NAME", help="where to listen (%(default)s)"
    )
    parser.add_argument(
        "--port", type=_port, metavar="N", help="default: the same each time for one data set"
    )
    parser.add_argument(
        "--reader", metavar="NAME", help="who revises on this computer (your login name)"
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, PEM")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")


def _run(args: argparse.Namespace) -> int:
    from breastdce.core.extras import require_extra

    require_extra("web")
    from breastdce.run.review.room import ReviewRoom
    from breastdce.web.access import decide_access
    from breastdce.web.server import address_of, listen_at, serve

    access = decide_access(args.out, args.host, args.reader, args.tls_cert, args.tls_key)
    with ReviewRoom(args.out) as room, listen_at(args.host, args.port, args.out) as sock:
        print(address_of(access, args.host, sock), flush=True)
        serve(room, access, sock, certificate=args.tls_cert, key=args.tls_key)
    return 0


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65_536:
        raise argparse.ArgumentTypeError("must be 1 to 65535")
    return number


def _narrow(words: Sequence[str]) -> Command:
    """`review OUT` serves; `review readers` and the like are verbs of their own."""
    if words[:1] and words[0] in _VERBS:
        return Command("review", COMMAND.help, _DESCRIPTION, _verbs, _run_verb)
    return COMMAND


def _verbs(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(metavar="WHAT", required=True, prog=parser.prog)
    for name, module in _VERBS.items():
        command: Command = importlib.import_module(f"breastdce.cli.{module}").VERBS[name]
        verb = verbs.add_parser(
            name,
            help=command.help,
            description=command.description,
            formatter_class=parser.formatter_class,
        )
        command.arguments(verb)
        verb.set_defaults(review=command.run)
        add_common(verb)


def _run_verb(args: argparse.Namespace) -> int:
    status: int = args.review(args)
    return status


COMMAND = Command(
    "review", "expert revision in the browser", _DESCRIPTION, _arguments, _run, _narrow
)
