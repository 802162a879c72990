"""Pages of the documentation as a reader follows them: files are written, commands are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.conftest import call

DOCS = Path(__file__).parents[2] / "docs"
SRC = DOCS.parent / "src"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SIMPLE = frozenset({"breastdce", "cp", "cut", "head", "ls", "python", "rm", "cat", "sed", "cd"})
_FILE = re.compile(r"`([^`\s]+)`:$")


class Block(NamedTuple):
    """A fence of a page."""

    language: str
    text: str
    file: str | None
    """What the line before it says that it goes into: "Put this into `mine.toml`:"."""
    line: int


def blocks(page: str) -> Iterator[Block]:
    """Fences of a page below docs/, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        before = text[: match.start()].rstrip().rpartition("\n")[2]
        named = _FILE.search(before)
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match[1], match[2], named[1] if named else None, line)


def environment(folder: Path, source: Path) -> dict[str, str]:
    """Where `breastdce` and `python` are this interpreter's, with the package at `source`."""
    words = folder / ".bin"
    words.mkdir(exist_ok=True)
    for name, module in (("breastdce", "-m breastdce"), ("python", "")):
        script = words / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    path = f"{words}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(source), "COLUMNS": "200"}


def follow(page: str, folder: Path, source: Path | None = None) -> None:
    """Do what a page says, in order: write its files, run its commands, compare what it shows.

    A fence of `text` behind one of `bash` or `python` is what that one prints: each of its lines
    has to occur in the output, with anything in place of an ellipsis, and white space as it comes.
    Plain calls of `breastdce` are made in this process, which saves its start, unless `source`
    says where else the package is.
    """
    said = ""
    for block in blocks(page):
        where = f"{page}, line {block.line}"
        if block.language == "text":
            for line in block.text.splitlines():
                assert re.search(_pattern(line), " ".join(said.split())), f"{where}: {line}\n{said}"
        elif block.file is not None:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language in ("bash", "python"):
            said = "".join(_run(part, folder, source, where) for part in _parts(block))


def _pattern(line: str) -> str:
    return " ".join(".*?".join(map(re.escape, word.split("…"))) for word in line.split())


def _parts(block: Block) -> list[Block]:
    """Lines of a fence of simple commands; else the fence as it is."""
    text = block.text.replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    simple = all(line.split()[0] in _SIMPLE and not line.endswith("&") for line in lines)
    if block.language != "bash" or not simple:
        return [block]
    return [block._replace(text=line) for line in lines]


def _run(block: Block, folder: Path, source: Path | None, where: str) -> str:
    plain = block.text.startswith("breastdce ") and not set(block.text) & set("|&;<>$\n")
    if plain and source is None:
        status, said = _call(shlex.split(block.text)[1:], folder)
    else:
        status, said = _spawn(block, folder, source or SRC)
    assert status == 0, f"{where}: status {status}\n{said}"
    return said


def _call(words: list[str], folder: Path) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        done = call(*words, cwd=folder)
    return done.returncode, done.stdout + done.stderr


def _spawn(block: Block, folder: Path, source: Path) -> tuple[int, str]:
    shell = ["bash", "-euo", "pipefail", "-c", block.text]
    command = shell if block.language == "bash" else [sys.executable, "-c", block.text]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, source),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout
