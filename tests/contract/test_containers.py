"""The recipes of containers copy what is there, and install what is locked. None is built here."""

from __future__ import annotations

import importlib.util
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

import pytest

from breastdce.core.extras import EXTRAS

ROOT = Path(__file__).parents[2]
CONTAINERFILE = (ROOT / "packaging" / "Containerfile").read_text(encoding="utf-8")
APPTAINER = (ROOT / "packaging" / "breastdce.def").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Of the Containerfile: word and the rest, with continued lines joined."""
    lines = [line for line in CONTAINERFILE.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined)]


def section(name: str) -> list[str]:
    """Lines of a section of the Apptainer recipe."""
    text = re.split(r"^%(\w+)\n", APPTAINER, flags=re.MULTILINE)
    return re.sub(r"\s*\\\n\s*", " ", text[text.index(name) + 1]).splitlines()


def copied() -> list[str]:
    """What both recipes take from the repository."""
    copies = [shlex.split(rest)[:-1] for word, rest in instructions() if word == "COPY"]
    files = [line.split()[0] for line in section("files") if line.strip()]
    return [*(path for some in copies for path in some), *files]


def test_what_is_copied_is_there_and_is_not_ignored():
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    for path in copied():
        assert (ROOT / path).exists(), path
        assert any(fnmatch(path, rule) for rule in kept), path


def test_both_recipes_take_the_same_files_and_base():
    copies = copied()
    assert sorted(copies) == sorted(2 * list(set(copies)))
    (base,) = [rest for word, rest in instructions() if word == "FROM"]
    assert f"From: {base}\n" in APPTAINER


@pytest.mark.parametrize(
    "text", [" ".join(rest for _, rest in instructions()), " ".join(section("post"))]
)
def test_everything_is_installed_from_the_lock_with_hashes(text):
    locked, ours = re.findall(r"pip install --no-cache-dir (.*?)(?: -r)? /opt/source(\S*)", text)
    assert locked == ("--only-binary :all: --no-deps --require-hashes", "/locks/image.txt")
    assert ours == ("--no-deps --no-build-isolation", "")
    for module in re.findall(r"python -m (breastdce\S*)", text):
        assert importlib.util.find_spec(module) is not None


def test_it_runs_as_a_user_who_is_not_root():
    words = [word for word, _ in instructions()]
    assert words.index("USER") > max(n for n, word in enumerate(words) if word == "RUN")
    assert ("USER", "1000") in instructions()
    assert ("ENTRYPOINT", '["breastdce"]') in instructions()


def pins(name: str) -> set[tuple[str, str]]:
    text = (ROOT / "locks" / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][\w.-]*)==(\S+)", text, re.MULTILINE))


def test_what_is_installed_was_tested():
    assert pins("build.txt") < pins("image.txt") < pins("dev.txt")
    names = {name for name, _ in pins("image.txt")}
    for extra, packages in EXTRAS.items():
        assert packages.packages.keys() <= names or extra == "segment"
