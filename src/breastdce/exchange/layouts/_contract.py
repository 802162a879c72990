"""What a layout is: a name, words, what it makes of an exam, and how a folder of it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breastdce.exchange.records import Case, Entry, ExamFiles, Output


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which others keep their data."""

    name: str
    """Equals the file name; on the command line with dashes."""
    readme: str
    """Body of the README: what each file is, how it was made, what is left out and why."""
    outputs: Callable[[ExamFiles, Path], Iterator[Output]]
    """Files of one exam; the path is the destination, whose name may matter."""
    closing: Callable[[Sequence[Entry], Path], Iterator[Output]] | None = None
    """Files about all exams, made when theirs are written."""
    splits: Callable[[Sequence[Entry], Sequence[Collection[str]], Path], Output] | None = None
    """The file that says who tests, from the participants of each fold; None where a layout knows
    no folds."""
    read: Callable[[Path], tuple[Case, ...]] | None = None
    """Cases of a folder of this layout, by whomever it was made."""
    needs_dicom: bool = False
    """Whether the exams' DICOM files are needed; the export then carries their identity."""
    ready: Callable[[], None] | None = None
    """Raises EngineError when an optional package is missing."""
