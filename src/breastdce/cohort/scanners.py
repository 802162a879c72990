"""Table 2: makers and models of the scanners, under the names that its TOML gives them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from breastdce.cohort.characteristics import Decimals
from breastdce.cohort.definition import convert, read_toml
from breastdce.cohort.patient import Exam
from breastdce.cohort.rounding import percent
from breastdce.cohort.summary import Line, Summary, decimals_of

NOT_STATED = "not stated"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+/_-]{0,39}")
_OTHER = "Other"


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model and the spellings of headers that mean it."""

    name: str
    headers: tuple[str, ...]
    """Compared without regard to case, blanks, `_` and `-`."""
    provenance: str
    """Where the spellings were seen, or who says that they mean this model."""
    reference: int | None = None
    """What the source of the cohort counts."""


class Maker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One maker; a header that begins with one of the spellings means it."""

    name: str
    headers: tuple[str, ...]
    model: tuple[Model, ...] = ()


class Scanners(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The definition."""

    schema: int
    name: str
    title: str
    source: str = ""
    note: str = ""
    decimals: Decimals = 1
    maker: tuple[Maker, ...]


class _Scanner(NamedTuple):
    maker: str
    model: str


def parse_scanners(text: str, origin: str) -> Scanners:
    """Read the definition from TOML text; `origin` is named in errors.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID with the place.
    """
    return convert(read_toml(text, origin), Scanners, origin)


def scanners(definition: Scanners, exams: Sequence[Exam]) -> Summary:
    """Count makers and models.

    Makers stand in the order of the definition, then by name; models likewise. A model that the
    source counts and nobody has stands with 0.

    Parameters
    ----------
    exams
        One a patient: the exam of the cohort's visit.
    """
    counts = Counter(_scanner(definition, exam) for exam in exams)
    references = {
        _Scanner(maker.name, model.name): model.reference
        for maker in definition.maker
        for model in maker.model
        if model.reference is not None
    }
    order = _order(definition)
    makers = list(dict.fromkeys(maker for maker, _ in [*references, *counts]))
    lines: list[Line] = []
    for maker in sorted(makers, key=lambda name: order[name, None]):
        parts = sorted(
            {key for key in (*references, *counts) if key.maker == maker},
            key=lambda key: order[key.maker, key.model],
        )
        lines += _maker_lines(definition, parts, counts, references)
    return Summary(
        title=definition.title,
        source=definition.source,
        heads=("Maker", "Model"),
        columns=("n", "%"),
        lines=tuple(lines),
        notes=(definition.note,) if definition.note else (),
    )


class _Order(dict[tuple[str, str | None], tuple[int, str]]):
    """Place of a maker or model: as defined, then by name, what is not stated last."""

    def __missing__(self, key: tuple[str, str | None]) -> tuple[int, str]:
        name = key[0] if key[1] is None else key[1]
        last = {_OTHER: 1, NOT_STATED: 2}.get(name, 0)
        return (len(self) + last, name)


def _order(definition: Scanners) -> _Order:
    order = _Order()
    for maker in definition.maker:
        order[maker.name, None] = (len(order), "")
        for model in maker.model:
            order[maker.name, model.name] = (len(order), "")
    return order


def _maker_lines(
    definition: Scanners,
    parts: Sequence[_Scanner],
    counts: Counter[_Scanner],
    references: dict[_Scanner, int],
) -> Iterator[Line]:
    total = counts.total()

    def line(maker: str, model: str, keys: Sequence[_Scanner], *, is_head: bool) -> Line:
        n = sum(counts[key] for key in keys)
        given = [references[key] for key in keys if key in references]
        # Where the source counts scanners at all, one that it does not name has none there.
        theirs = sum(given) if references else None
        figures = (Decimal(n), percent(n, total, definition.decimals))
        return Line(maker, model, figures, (*decimals_of([theirs], 0), None), is_head)

    if parts[0].maker == NOT_STATED:
        yield line(NOT_STATED, "", parts, is_head=True)
        return
    yield line(parts[0].maker, "all models", parts, is_head=True)
    for key in parts:
        yield line(key.maker, key.model, [key], is_head=False)


def _scanner(definition: Scanners, exam: Exam) -> _Scanner:
    header, model = exam.manufacturer or "", exam.manufacturer_model or ""
    for maker in definition.maker:
        if any(_plain(header).startswith(_plain(spelling)) for spelling in maker.headers):
            for entry in maker.model:
                if any(_plain(model) == _plain(spelling) for spelling in entry.headers):
                    return _Scanner(maker.name, entry.name)
            return _Scanner(maker.name, _shown(model))
    return _Scanner(_shown(header), _shown(model))


def _shown(header: str) -> str:
    if not header.strip():
        return NOT_STATED
    return header.strip() if _NAME.fullmatch(header.strip()) else _OTHER


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).casefold()
