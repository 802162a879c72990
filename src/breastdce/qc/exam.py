"""What every check and detector is given: an exam's raw phases and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from breastdce.core.exam import Dynamic, ExamFacts, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.qc.regions import Array, Inside, Outside, inside, outside, relative_enhancement


@dataclass(frozen=True, eq=False)
class QcExam:
    """One exam before anything was corrected; all images and masks on the native grid.

    What several checks need (background, body, gland, enhancement) is computed once, by a cached
    property here or a function of `qc.regions`.
    """

    native: Dynamic
    """Raw signal of all phases after the modality LUT, float32 [i, j, k], in order of time."""
    facts: ExamFacts
    breast: Mask
    """Both breasts as far as they are in the field, of the recipe or made for the checks."""
    ftv: Mask | None = None
    """Functional tumor volume; None or empty where nothing was found."""

    @property
    def grid(self) -> Grid:
        """The native grid."""
        return self.native.grid

    @cached_property
    def triple(self) -> Triple:
        """Pre-contrast, early and late phase."""
        return self.native.triple(self.facts.phase_indices)

    @cached_property
    def outside(self) -> Outside:
        """Body and air of the pre-contrast phase."""
        return outside(self.triple.pre)

    @cached_property
    def inside(self) -> Inside:
        """Gland and fat of the breasts."""
        return inside(self.triple, self.breast)

    @cached_property
    def enhancement(self) -> Array:
        """Early over pre-contrast signal, less 1, float32 [i, j, k]; 0 in air."""
        return relative_enhancement(self.triple.pre, self.triple.post1, self.outside.level)
