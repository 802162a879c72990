"""A table of a paper: labels, numbers as printed, the source's own figures beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

Figures = tuple[Decimal | None, ...]


class Line(NamedTuple):
    """One line; None where a number has no value."""

    label: str
    statistic: str
    figures: Figures
    reference: Figures
    """What the source printed, one for each figure; None where it printed nothing."""
    is_head: bool = False
    """Whether the lines after it are its parts."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished table."""

    title: str
    source: str
    """Where the reference figures are from; empty when there are none."""
    heads: tuple[str, str]
    """Names of the two columns of words."""
    columns: tuple[str, ...]
    """Names of the columns of figures."""
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def compared(self) -> tuple[int, ...]:
        """Places of the columns in which any figure has one of the source beside it."""
        return tuple(
            place
            for place in range(len(self.columns))
            if any(line.reference[place] is not None for line in self.lines)
        )

    @property
    def differences(self) -> int:
        """Figures that differ from the source's."""
        pairs = (pair for line in self.lines for pair in differences(line))
        return sum(bool(pair) for pair in pairs)


def differences(line: Line) -> Figures:
    """Ours less the source's; None where either has no value."""
    return tuple(
        None if ours is None or theirs is None else ours - theirs
        for ours, theirs in zip(line.figures, line.reference, strict=True)
    )


def full_header(table: Summary) -> tuple[str, ...]:
    """Names of all columns of the file: words, figures, and where there are any the source's."""
    names = [table.columns[place] for place in table.compared]
    extra = [f"{word}: {name}" for word in ("Reference", "Difference") for name in names]
    return (*table.heads, *table.columns, *extra)


def full_line(table: Summary, line: Line) -> tuple[tuple[str, str], Figures]:
    """Words and numbers of a line, under `full_header`."""
    beside = (figures[n] for figures in (line.reference, differences(line)) for n in table.compared)
    return (line.label, line.statistic), (*line.figures, *beside)


def decimals_of(figures: Sequence[float | int | None], decimals: int) -> Figures:
    """Figures of a definition as they are printed."""
    return tuple(
        None if figure is None else Decimal(repr(figure)).quantize(Decimal(1).scaleb(-decimals))
        for figure in figures
    )
