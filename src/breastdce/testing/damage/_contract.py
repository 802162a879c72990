"""What a kind of damage is: a pure function from a clean exam's files to changed files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from breastdce.core.catalog import Catalog

Changes = dict[str, bytes | None]
"""Name of a file below the root to its new content; None where it is gone."""


class Expect(StrEnum):
    """What an answer may do with damaged files. `Told` is a code, caveat or note that is new."""

    SAME = "same"
    """Nothing that is used was touched: every exam stays as it was, told or not."""
    TOLD = "told"
    """The files contradict themselves: something must be told, whatever becomes of the exam."""
    SAME_OR_TOLD = "same or told"
    """Either the exam stays as it was, or something is told."""
    OTHER_VALUE = "other value"
    """What is there now is valid too: nobody can know what it was."""


class Seen(StrEnum):
    """How far one must look to see the damage."""

    HEADERS = "headers"
    PIXELS = "pixels"
    """Every slice: a scan looks at some, loading at all."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A clean exam on disk."""

    name: str
    files: Mapping[str, bytes]
    """Name below the root (with slashes) to content."""
    phases: tuple[tuple[str, ...], ...]
    """Names of the slices of each phase of the dynamic, in order of k; one frame a file."""
    strays: tuple[str, ...] = ()
    """Names of files that belong to no phase."""

    @property
    def slices(self) -> tuple[str, ...]:
        """Names of all slices of the dynamic."""
        return tuple(name for phase in self.phases for name in phase)


@dataclass(frozen=True, slots=True)
class Damage:
    """One kind of damage."""

    name: str
    """Equals the file name."""
    expects: Expect
    why: str
    """Why that is what can be expected."""
    damage: Callable[[Scene, np.random.Generator], Changes]
    """Clean exam and source of randomness; only what changed comes back."""
    seen: Seen = field(default=Seen.HEADERS)

    def expects_of(self, *, pixels: bool) -> Expect:
        """What to expect of an answer that looked at the pixels of every slice, or of some."""
        if self.expects is Expect.TOLD and self.seen is Seen.PIXELS and not pixels:
            return Expect.SAME_OR_TOLD
        return self.expects


DAMAGES: Catalog[Damage] = Catalog("breastdce.testing.damage", "DAMAGE", Damage)
