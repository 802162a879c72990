"""What a command is: a name, words, arguments, and a function that returns the exit status."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """One verb of the command line.

    The file that holds it is loaded for `--help`, so heavy imports belong inside `run`.
    """

    name: str
    """Equals the file name."""
    help: str
    """One line."""
    description: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    narrow: Callable[[Sequence[str]], Command] | None = None
    """For a verb that means several things: which one, by the words behind it."""


def count_of(text: str) -> int:
    """Read a whole number from 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def add_common(verb: argparse.ArgumentParser) -> None:
    """Add what every command takes: before or behind a subcommand; where behind, that wins."""
    verb.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="TOML file with any option",
    )
    verb.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show the traceback of an error",
    )
    verb.set_defaults(parser=verb)
