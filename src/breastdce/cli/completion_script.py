"""Completion of the command line in a shell, made from the parser: the one door to shtab."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Write the script that completes commands, options, choices and paths in a shell.

    Parameters
    ----------
    parser
        With every command. What is a path in it is marked as one.
    shell
        bash, zsh or tcsh.
    """
    import shtab

    for one in (parser, *_parsers_below(parser)):
        for action in one._actions:
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    script: str = shtab.complete(parser, shell)
    if shell == "bash":  # a word of which nothing is known may be a path: offer files
        script += f"\ncomplete -o default -F _shtab_{parser.prog} {parser.prog}"
    return script


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Parsers of the commands of a parser, by name; to be changed in place."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return {}


def add_options(parser: argparse.ArgumentParser, other: argparse.ArgumentParser) -> None:
    """Let a parser know the options of another that it lacks."""
    for action in other._actions:
        if action.option_strings and action.option_strings[0] not in parser._option_string_actions:
            parser._add_action(action)


def _parsers_below(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for one in verbs_of(parser).values():
        yield one
        yield from _parsers_below(one)
