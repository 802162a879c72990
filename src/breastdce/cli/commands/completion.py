"""`breastdce completion`: let the shell complete commands and options."""

from __future__ import annotations

import argparse

from breastdce.cli._contract import Command

_SHELLS = ("bash", "zsh", "tcsh")
_DESCRIPTION = """Print a script that makes a shell complete commands, options and their choices.

  bash  breastdce completion bash > ~/.local/share/bash-completion/completions/breastdce
  zsh   breastdce completion zsh > FOLDER/_breastdce, with FOLDER in fpath before compinit
  tcsh  breastdce completion tcsh > ~/.breastdce.csh, and `source ~/.breastdce.csh` in ~/.tcshrc

Print it anew after an update.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help=", ".join(_SHELLS))


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.completion_script import completion_script

    print(completion_script(_whole_parser(), args.shell))
    return 0


def _whole_parser() -> argparse.ArgumentParser:
    """Every command; `review` means two things, and gets the words of both."""
    from breastdce.cli.completion_script import add_options, verbs_of
    from breastdce.cli.main import make_parser

    parser = make_parser()
    review = verbs_of(make_parser(("review", "readers")))["review"]
    add_options(review, verbs_of(parser)["review"])
    verbs_of(parser)["review"] = review
    return parser


COMMAND = Command("completion", "completion in a shell", _DESCRIPTION, _arguments, _run)
