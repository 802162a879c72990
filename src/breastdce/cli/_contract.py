"""What a command is: a name, words, arguments, and a function that returns the exit status."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


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


def count_of(text: str) -> int:
    """Read a whole number from 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
