"""What a detector is: a score that rises with an artifact, a threshold, and where to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from breastdce.core.codes import CaveatCode
from breastdce.qc.exam import QcExam


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector says of an exam, at its most suspicious place."""

    score: Annotated[float, Meta(ge=0)]
    """Rises with the strength of the artifact; 0: no trace of it."""
    phases: tuple[int, ...] = ()
    """Native phases that show it; empty: not a matter of phases."""
    voxel: tuple[int, int, int] | None = None
    """Native index of the worst place; None where there is no place."""
    words: str = ""
    """Where it is, for a reader: side, depth, slices."""


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of artifact."""

    name: str
    """Equals the file name."""
    title: str
    code: CaveatCode
    """What the exam carries where the score reaches `threshold`."""
    threshold: float
    """Chosen on planted artifacts and clean exams: docs/artifacts.md."""
    method: str
    """How the score is made, in a sentence, with its source."""
    find: Callable[[QcExam], Finding]
