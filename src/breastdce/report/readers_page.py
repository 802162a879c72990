"""The page of several readers: pairs, limits of agreement, Dice, consensus. Nothing is fetched."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from markupsafe import Markup

from breastdce.core.counted import counted
from breastdce.report.html import fill, policy, source
from breastdce.report.reader_charts import (
    Lines,
    PairVolumes,
    dice_strips,
    difference_chart,
    ratio_chart,
)
from breastdce.report.words import decimal

_WORST = 10
_MOST_STRIPS = 6  # more do not fit side by side: then by reader


class Figure(msgspec.Struct, frozen=True):
    """A statistic with its 95 % interval; `why` says in words what is undefined."""

    value: float
    low: float
    high: float
    why: str = ""


class Quartiles(msgspec.Struct, frozen=True):
    """Median and quartiles of a score."""

    median: float
    q1: float
    q3: float


class ReaderView(msgspec.Struct, frozen=True, kw_only=True):
    """One reader."""

    letter: str
    """Stands for the reader in charts and tables."""
    name: str
    """Empty where names are not to be shown."""
    cases: int
    marked: int
    volume_ml: Quartiles
    dice_to_majority: Quartiles
    sensitivity: Quartiles


class PairView(msgspec.Struct, frozen=True, kw_only=True):
    """Two readers on the exams that both have read."""

    first: str
    """Letters."""
    second: str
    cases: int
    one_empty: int
    both_empty: int
    dice: Quartiles
    hd95_mm: Quartiles
    icc: Figure
    kappa: Figure
    bias_ml: Figure
    limits_ml: tuple[Figure, Figure]
    bias_ratio: Figure
    limits_ratio: tuple[Figure, Figure]
    without_ratio: int


class PairDice(msgspec.Struct, frozen=True):
    """Two readers on one exam."""

    first: str
    second: str
    dice: float
    hd95_mm: float


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """One exam."""

    exam: str
    volumes_ml: dict[str, float]
    """By the letter of the reader; who has not read it is not there."""
    sensitivity: dict[str, float]
    pairs: tuple[PairDice, ...]
    majority_ml: float
    staple_ml: float
    staple: str
    """Why there is no estimate, in words; empty where there is."""


class ReadersPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page."""

    dataset: str
    origin: str
    """A sentence: which readings these are."""
    participants: int
    complete: int
    """Exams that all have read."""
    icc: Figure
    kappa: Figure
    kappa_name: str
    readers: tuple[ReaderView, ...]
    pairs: tuple[PairView, ...]
    cases: tuple[ReadView, ...]
    files: tuple[str, ...] = ()


def render_readers(page: ReadersPage) -> str:
    """Write the page; links lead to the files beside it. Equal pages give equal text."""
    style = source("style.css") + source("evaluation.css") + source("readers.css")
    letters = [reader.letter for reader in page.readers]
    return fill(
        "readers.html",
        title="Agreement of readers",
        style=style,
        policy=policy(style, None),
        page=page,
        named=any(reader.name for reader in page.readers),
        tiles=_tiles(page),
        readers=[_reader_texts(reader) for reader in page.readers],
        pairs=[_pair_texts(pair) for pair in page.pairs],
        limits=[(_name(pair), _limit_texts(pair)) for pair in page.pairs],
        charts=list(_charts(page)),
        strips=_strips(page),
        worst=_worst(page.cases),
        consensus=[(case.exam, *_consensus(case, letters)) for case in page.cases],
        letters=letters,
    )


def _tiles(page: ReadersPage) -> list[tuple[str, str, str]]:
    exams, read = len(page.cases), f"all readers, {counted(page.complete, 'exam')}"
    return [
        ("Readers", str(len(page.readers)), ""),
        ("Exams", str(exams), f"of {counted(page.participants, 'participant')}"),
        ("ICC(2,1) of volumes", *_headline(page.icc, read)),
        (f"{page.kappa_name} kappa", *_headline(page.kappa, f"lesion seen, {read}")),
    ]


def _headline(figure: Figure, words: str) -> tuple[str, str]:
    limits = f"{decimal(figure.low, 3)} to {decimal(figure.high, 3)}; "
    return decimal(figure.value, 3), (f"{figure.why}; " if figure.why else limits) + words


def _reader_texts(reader: ReaderView) -> tuple[str, ...]:
    return (
        reader.letter,
        reader.name,
        str(reader.cases),
        str(reader.marked),
        _median(reader.volume_ml, 2),
        _median(reader.dice_to_majority, 3),
        _median(reader.sensitivity, 3),
    )


def _pair_texts(pair: PairView) -> tuple[str, ...]:
    return (
        _name(pair),
        str(pair.cases),
        str(pair.one_empty),
        str(pair.both_empty),
        _median(pair.dice, 3),
        _median(pair.hd95_mm, 1),
        _interval(pair.icc, 3),
        _interval(pair.kappa, 3),
    )


def _limit_texts(pair: PairView) -> list[tuple[str, ...]]:
    """Scale, exams, bias and limits: one line in mL, one as a ratio."""
    ml, ratio = (pair.bias_ml, *pair.limits_ml), (pair.bias_ratio, *pair.limits_ratio)
    with_ratio = str(pair.cases - pair.without_ratio)
    return [
        ("difference, mL", str(pair.cases), *(_interval(figure, 2) for figure in ml)),
        ("ratio", with_ratio, *(_interval(figure, 2) for figure in ratio)),
    ]


def _charts(page: ReadersPage) -> Iterator[tuple[str, Markup | None, Markup | None]]:
    """Name of each pair, its differences and its ratios; None where no exam has one."""
    for pair in page.pairs:
        both = [case for case in page.cases if {pair.first, pair.second} <= case.volumes_ml.keys()]
        data = PairVolumes(
            first=pair.first,
            second=pair.second,
            exams=tuple(case.exam for case in both),
            first_ml=tuple(case.volumes_ml[pair.first] for case in both),
            second_ml=tuple(case.volumes_ml[pair.second] for case in both),
        )
        of_ml = _lines(pair.bias_ml, pair.limits_ml)
        of_ratio = _lines(pair.bias_ratio, pair.limits_ratio)
        yield _name(pair), difference_chart(data, of_ml), ratio_chart(data, of_ratio)


def _lines(bias: Figure, limits: tuple[Figure, Figure]) -> Lines:
    return bias.value, limits[0].value, limits[1].value


def _strips(page: ReadersPage) -> Markup | None:
    """Dice by pair, or where that is too wide, of each reader with all others."""
    by_pair = len(page.pairs) <= _MOST_STRIPS
    strips: dict[str, list[tuple[str, float]]] = {}
    for case in page.cases:
        for pair in case.pairs:
            names = (_name(pair),) if by_pair else (pair.first, pair.second)
            for name in names if not math.isnan(pair.dice) else ():
                strips.setdefault(name, []).append((f"{case.exam}, {_name(pair)}", pair.dice))
    order = [_name(pair) for pair in page.pairs] if by_pair else [r.letter for r in page.readers]
    return dice_strips([(name, strips[name]) for name in order if name in strips])


def _worst(cases: Sequence[ReadView]) -> list[tuple[str, ...]]:
    """Lowest Dice first; pairs of two empty masks have none."""
    found = [(pair.dice, case.exam, pair, case) for case in cases for pair in case.pairs]
    known = [entry for entry in found if not math.isnan(entry[0])]
    known.sort(key=lambda entry: (entry[0], entry[1], _name(entry[2])))
    return [
        (
            exam,
            _name(pair),
            decimal(dice, 3),
            _shown(pair.hd95_mm, 1),
            decimal(case.volumes_ml[pair.first], 2),
            decimal(case.volumes_ml[pair.second], 2),
        )
        for dice, exam, pair, case in known[:_WORST]
    ]


def _consensus(case: ReadView, letters: Sequence[str]) -> tuple[list[str], str, str, str]:
    """Volumes by reader, volume of majority and of STAPLE, sensitivities."""
    volumes = [decimal(case.volumes_ml.get(letter, np.nan), 2) for letter in letters]
    known = [f"{name} {decimal(case.sensitivity[name], 2)}" for name in case.sensitivity]
    return (
        volumes,
        decimal(case.majority_ml, 2),
        decimal(case.staple_ml, 2),
        case.staple or ", ".join(known),
    )


def _name(pair: PairView | PairDice) -> str:
    return f"{pair.first}\N{EN DASH}{pair.second}"


def _interval(figure: Figure, digits: int) -> str:
    value = decimal(figure.value, digits)
    if figure.why:
        return f"{value} ({figure.why})"
    return f"{value} ({decimal(figure.low, digits)} to {decimal(figure.high, digits)})"


def _median(found: Quartiles, digits: int) -> str:
    if math.isnan(found.median):
        return decimal(None)
    ends = f"{_shown(found.q1, digits)} to {_shown(found.q3, digits)}"
    return f"{_shown(found.median, digits)} ({ends})"


def _shown(value: float, digits: int) -> str:
    return "infinite" if math.isinf(value) else decimal(value, digits)
