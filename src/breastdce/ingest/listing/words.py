"""What a series description says, by the list of words in `words.toml`: data, with provenance."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from breastdce.core.codes import SeriesCode

Says = Literal["after", "before", "left", "right", "rebuilt"]
_BLANKS = re.compile(r"[_^\s]+")
_TOKEN = re.compile(r"[a-z0-9*+]+")
_MOST_PHASES = 60
_LONGEST = 256
"""Characters that are read; DICOM allows 64 (LO)."""


class Word(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the list."""

    name: str
    pattern: str
    """Regular expression over the plain description, matched anywhere."""
    code: SeriesCode | None = None
    """Why a series with this word is no phase, whatever else is said."""
    points: float = 0.0
    says: Says | None = None
    phases: bool = False
    """Whether a group of the pattern is the number of phases."""
    source: str
    seen: tuple[str, ...]
    """Patients of the public I-SPY1 index whose series have it."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one description says."""

    code: SeriesCode | None = None
    points: tuple[tuple[str, float], ...] = ()
    """Name of each word that was found, and its points."""
    says: frozenset[str] = frozenset()
    phases: int | None = None
    stem: frozenset[str] = frozenset()
    """What is left of the description without words of time and side, and without numbers."""

    @property
    def score(self) -> float:
        return sum(points for _, points in self.points)

    @property
    def after(self) -> bool:
        """Whether it is named as after contrast."""
        return "after" in self.says

    @property
    def side(self) -> str:
        """`L`, `R`, or empty where neither or both are named."""
        sides = self.says & {"left", "right"}
        return {"left": "L", "right": "R"}[next(iter(sides))] if len(sides) == 1 else ""


def plain(description: str) -> str:
    """Lower case, underscores and carets as blanks, one blank between words."""
    return _BLANKS.sub(" ", description[:_LONGEST].lower()).strip()


@lru_cache(maxsize=4096)
def read_description(description: str) -> Reading:
    """Read a series description; every word of the list that matches counts once."""
    text = plain(description)
    found = [(word, hit) for word, pattern in _patterns() if (hit := pattern.search(text))]
    return Reading(
        code=next((word.code for word, _ in found if word.code), None),
        points=tuple((word.name, word.points) for word, _ in found if word.points),
        says=frozenset(word.says for word, _ in found if word.says),
        phases=next((_count(hit) for word, hit in found if word.phases), None),
        stem=_stem(text),
    )


@lru_cache(maxsize=1)
def word_list() -> tuple[Word, ...]:
    """Every word, in the order of the file."""
    text = resources.files("breastdce.ingest.listing").joinpath("words.toml").read_text("utf-8")
    table = tomllib.loads(text)["word"]
    return msgspec.convert(table, tuple[Word, ...])


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Word, re.Pattern[str]], ...]:
    return tuple((word, re.compile(word.pattern)) for word in word_list())


def _count(hit: re.Match[str]) -> int | None:
    number = int(next(group for group in hit.groups() if group))
    return number if 2 < number <= _MOST_PHASES else None


def _stem(text: str) -> frozenset[str]:
    for word, pattern in _patterns():
        if word.says:
            text = pattern.sub(" ", text)
    return frozenset(token for token in _TOKEN.findall(text) if not token.isdigit())
