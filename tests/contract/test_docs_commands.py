"""Every command line in every page is one that the program takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from breastdce.cli.main import COMMANDS, make_parser
from tests.contract.doc_pages import FENCE, name_of, pages, written_pages

CALL = re.compile(r"^ *(?:\$ )?breastdce (.*)$", re.MULTILINE)
SHELL = re.compile(r" (?:\|\|?|&&?|[12]?>.*|#.*)(?= |$).*| &$")
INLINE = re.compile(r"`breastdce ([a-z][^`]*)`")
OPTION = re.compile(r"--[a-z][a-z-]*")


def calls(text: str) -> Iterator[str]:
    """Command lines in fences, without what stands behind them: comments, pipes, columns."""
    for _, language, body in FENCE.findall(text):
        if language != "text":
            for line in CALL.findall(re.sub(r" *\\\n *", " ", body)):
                yield SHELL.sub("", re.sub(r" {2,}.*", "", line))


@pytest.mark.parametrize("page", written_pages(), ids=name_of)
def test_every_call_is_taken(page, capsys):
    for line in calls(pages()[page]):
        words = shlex.split(line)
        try:
            make_parser(words).parse_args(words)
        except SystemExit as error:
            if error.code:
                pytest.fail(f"{line}\n{capsys.readouterr().err}")


@pytest.mark.parametrize("page", written_pages(), ids=name_of)
def test_commands_and_options_in_the_text_exist(page):
    text = FENCE.sub("", pages()[page])
    for line in INLINE.findall(text):
        words = line.split()
        assert words[0] in COMMANDS.names(), line
        assert set(OPTION.findall(line)) <= {"--version", *OPTION.findall(shown(words))}, line


def shown(words: list[str]) -> str:
    """Help of a command and of the part of it that is named."""
    parser = make_parser(words[:2])
    action = next(a for a in parser._actions if getattr(a, "choices", None))
    command = dict(action.choices or {})[words[0]]
    parts = [dict(a.choices) for a in command._actions if isinstance(a.choices, dict)]
    inner = [part[words[1]].format_help() for part in parts if words[1:2] and words[1] in part]
    return str(command.format_help() + "".join(inner))


def test_there_are_many():
    assert sum(len(list(calls(text))) for text in pages().values()) > 60
