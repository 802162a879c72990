"""`breastdce segment`: the tumor network, from training to evaluation."""

from __future__ import annotations

import argparse
import importlib

from breastdce.cli._contract import Command, add_common

_VERBS = ("train", "predict", "evaluate", "info", "import-nnunet")
"""Subcommands in the order of the help; cli/segment_<name>.py holds each: HELP, DESCRIPTION,
`add_arguments` and `run`, loaded for `--help`."""
_DESCRIPTION = """Segment tumors by a network, and judge how well.

  breastdce segment train OUT             a cross-validated model from a data set
  breastdce segment predict BUNDLE OUT    masks of the model
  breastdce segment evaluate PRED REF     masks of any program against a reference
  breastdce segment info BUNDLE           what a model is, and whether it is whole
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(metavar="WHAT", required=True, prog=parser.prog)
    for name in _VERBS:
        module = importlib.import_module(f"breastdce.cli.segment_{name.replace('-', '_')}")
        verb = verbs.add_parser(
            name,
            help=module.HELP,
            description=module.DESCRIPTION,
            formatter_class=parser.formatter_class,
        )
        module.add_arguments(verb)
        verb.set_defaults(segment=module.run)
        add_common(verb)


def _run(args: argparse.Namespace) -> int:
    status: int = args.segment(args)
    return status


COMMAND = Command("segment", "the tumor network", _DESCRIPTION, _arguments, _run)
