"""Every command, subcommand and option, from the parsers themselves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from breastdce.cli.commands import review
from breastdce.cli.main import make_parser
from reference._markdown import block, code, page, prose, table

_LEAD = """Results go to standard output, progress to standard error. The exit status is 0 when
all was done, 1 when some exam failed or was refused (each is listed) or a data set breaks a
promise, 2 when the call was wrong, 130 when it was interrupted. With `--config FILE` any option
may stand in a TOML file, in a table named after the command:

```toml
[run]
recipe = "best"
jobs = 4
```

Words on the command line win over the file. `NO_COLOR` is honored. An error is three lines: what,
what was seen, what to do; `--debug` adds the traceback."""


def text() -> str:
    """The page."""
    return page("Commands", _LEAD, *(_section(parser) for parser in parsers()))


def parsers() -> Iterator[argparse.ArgumentParser]:
    """The parser of each command and of each of its parts, in the order of the help."""
    whole = make_parser()
    for name in _choices(whole):
        parser = _choices(make_parser([name]))[name]
        yield parser
        yield from _choices(parser).values()
        if name == "review":  # its parts are parsers of their own, chosen by the words
            for verb in review._VERBS:
                yield _choices(_choices(make_parser([name, verb]))[name])[verb]


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _section(parser: argparse.ArgumentParser) -> str:
    usage = argparse.HelpFormatter(parser.prog, width=100)
    usage.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups, "")
    parts = [f"## {parser.prog}", block(usage.format_help()), *_description(parser)]
    return "\n\n".join([*parts, *_arguments(parser)])


def _description(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Paragraphs of the description; what is indented in it stays as it is."""
    for paragraph in (parser.description or "").strip().split("\n\n"):
        lines = paragraph.splitlines()
        if all(line.startswith("  ") for line in lines):
            yield block("\n".join(line[2:] for line in lines))
        else:
            yield prose(paragraph)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    shown = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    if any(not isinstance(action, argparse._SubParsersAction) for action in shown):
        rows = (_row(parser, action) for action in shown)
        yield table(("argument", "meaning", "default"), (row for row in rows if row))


def _row(parser: argparse.ArgumentParser, action: argparse.Action) -> tuple[str, str, str] | None:
    if isinstance(action, argparse._SubParsersAction):
        return None
    value = parser.formatter_class(parser.prog)._format_args(action, action.dest.upper())
    names = action.option_strings or [str(action.metavar or action.dest)]
    shown = f"{', '.join(names)} {value}".strip() if action.option_strings else value
    expanded = parser.formatter_class(parser.prog)._expand_help(action) if action.help else ""
    return code(shown), prose(str(expanded)), _default(action)


def _default(action: argparse.Action) -> str:
    hidden = action.default in (None, False, argparse.SUPPRESS) or action.default == []
    return "" if hidden else code(str(action.default))
