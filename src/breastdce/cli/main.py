"""Parse, dispatch, and turn errors into words and exit statuses.

0 all done; 1 some exam failed or was refused, or a data set breaks a promise; 2 the call was
wrong, or what it needs is not installed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from breastdce import __version__
from breastdce.cli._contract import Command
from breastdce.cli.shown import shown
from breastdce.core.catalog import Catalog
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import BreastDceError, CallError
from breastdce.core.toml import TomlError, parse_toml

COMMANDS: Catalog[Command] = Catalog("breastdce.cli.commands", "COMMAND", Command)
_ORDER = (
    *("run", "scan", "fetch", "demo", "validate", "cohort", "radiomics", "segment", "review"),
    *("report", "export", "completion"),
)
_ABOUT = {"--version", "--verbose", "--json"}
_EPILOG = """examples:
  breastdce demo                      a phantom cohort, from DICOM to report
  breastdce scan /data/exams          what is there, and why each series was chosen or not
  breastdce run /data/exams OUT       the whole data set
  breastdce --version --verbose       engines, and which extras are installed
"""


def program() -> NoReturn:
    """Run as a process of its own, and end it."""
    status = main()
    # What is left goes with the process; to look through it for cycles takes a tenth of a second.
    gc.freeze()
    sys.exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if "--version" in words and set(words) <= _ABOUT:
        return _show_version(words)
    parser = make_parser(words)
    try:
        args = _parse(parser, words)
        command: Command = args.command
        return command.run(args)
    except BreastDceError as error:
        if "--debug" in words:
            raise
        print_error(error)
        return 2 if isinstance(error, CallError) or _is_missing(error) else 1
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0  # the reader of our output has seen enough


def make_parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Build the parser with the command that `words` begin with, or else with every command.

    What the commands need is not loaded.
    """
    parser = argparse.ArgumentParser(
        prog="breastdce",
        description="Raw breast DCE-MRI DICOM in, a curated and documented data set out.",
        epilog=_EPILOG,
        formatter_class=_help_formatter,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"breastdce {__version__}",
        help="the version; with --verbose of all engines and extras (with --json as JSON)",
    )
    # The name is given, since argparse would make a formatter to find it.
    verbs = parser.add_subparsers(metavar="COMMAND", required=True, prog=parser.prog)
    known = COMMANDS.names()
    for name in sorted(set(words[:1]) & set(known) or known, key=_place):
        command = COMMANDS.get(name)
        if command.narrow is not None and name in words[:1]:
            command = command.narrow(words[1:])
        verb = verbs.add_parser(
            name,
            help=command.help,
            description=command.description,
            formatter_class=_help_formatter,
        )
        command.arguments(verb)
        verb.add_argument("--config", type=Path, metavar="FILE", help="TOML file with any option")
        verb.add_argument("--debug", action="store_true", help="show the traceback of an error")
        verb.set_defaults(command=command, parser=verb)
    return parser


def _show_version(words: Sequence[str]) -> int:
    if words == ["--version"]:
        print(f"breastdce {__version__}")
        return 0
    from breastdce.cli.version_words import show_installation

    show_installation(as_json="--json" in words)
    return 0


def _help_formatter(prog: str) -> argparse.HelpFormatter:
    """Make what lays out help, loaded only when help is asked for."""
    from rich_argparse import RawDescriptionRichHelpFormatter

    return RawDescriptionRichHelpFormatter(prog)


def print_error(error: BreastDceError) -> None:
    """One line what, one line evidence, one line what to do, on standard error.

    A package that is missing takes one line in all: nothing is wrong with the data.
    """
    if _is_missing(error):
        facts = ", ".join(str(value) for value in error.evidence.values())
        words = f"{error.message}: {facts}." if facts else f"{error.message}."
        print(f"error: {words} {error.remedy} [{error.code}]", file=sys.stderr)
        return
    print(f"error: {error.message} [{error.code}]", file=sys.stderr)
    if error.evidence:
        facts = "; ".join(f"{key}: {value}" for key, value in error.evidence.items())
        print(f"  seen: {shown(facts)}", file=sys.stderr)
    print(f"  do:   {error.remedy}", file=sys.stderr)


def _is_missing(error: BreastDceError) -> bool:
    return error.code is ErrorCode.ENGINE_MISSING


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _parse(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    args = parser.parse_args(words)
    if args.config is not None:
        _apply_config(args.parser, args.config, args.parser.prog.split()[1:])
        args = parser.parse_args(words)  # words on the command line win over the file
    return args


def _apply_config(parser: argparse.ArgumentParser, path: Path, command: Sequence[str]) -> None:
    """Take options from the file's table of a command: [run], or [segment.evaluate]."""
    try:
        table: object = parse_toml(path.read_text(encoding="utf-8"))
        for word in command:
            table = table.get(word, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict):
            raise TomlError(f"[{'.'.join(command)}] is not a table")  # noqa: TRY301
    except (OSError, UnicodeDecodeError, TomlError) as error:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The configuration file cannot be read",
            evidence={"file": str(path), "why": str(error)},
        ) from error
    options = {
        action.dest: action
        for action in parser._actions
        if action.option_strings and action.dest not in ("help", "config", "debug")
    }
    for key, value in table.items():
        dest = key.replace("-", "_")
        if dest not in options:
            raise CallError(
                ErrorCode.CALL_INVALID,
                "The configuration file names an unknown option",
                evidence={"file": str(path), "option": f"[{'.'.join(command)}] {key}"},
                remedy=f"Known options: {', '.join(sorted(options))}.",
            )
        try:
            parser.set_defaults(**{dest: _typed(options[dest], value)})
        except (argparse.ArgumentTypeError, TypeError, ValueError) as error:
            raise CallError(
                ErrorCode.CALL_INVALID,
                "The configuration file gives an option a value that it cannot have",
                evidence={"file": str(path), "option": key, "why": str(error)},
            ) from error


def _typed(action: argparse.Action, value: object) -> object:
    """Take a value the same way as words on the command line."""
    if isinstance(action, argparse._StoreTrueAction) != isinstance(value, bool):
        raise TypeError("true or false is wanted where, and only where, an option has no value")
    if isinstance(value, bool):
        return value
    several = action.nargs not in (None, 0, "?")
    return _nested(action, value, isinstance(action, argparse._AppendAction) + several)


def _nested(action: argparse.Action, value: object, depth: int) -> object:
    """A value, or lists as deep as an option may be repeated and takes several values."""
    if (depth > 0) != isinstance(value, list):
        raise TypeError("a list is wanted" if depth else "no list is wanted")
    if isinstance(value, list):
        return [_nested(action, one, depth - 1) for one in value]
    if isinstance(value, dict):
        raise TypeError("a table is no value")
    return _one(action, value)


def _one(action: argparse.Action, value: object) -> object:
    convert = action.type if callable(action.type) else str
    found: object = convert(str(value))
    if action.choices is not None and found not in action.choices:
        raise ValueError(f"choose from {', '.join(map(str, action.choices))}")
    return found


if __name__ == "__main__":
    program()
