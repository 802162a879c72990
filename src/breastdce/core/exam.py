"""Who, when, and which phase; the dynamic acquisition and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import msgspec

from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.errors import ExamRefused, InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume

EXAM_NAME = "sub-[A-Za-z0-9]+_ses-[A-Za-z0-9]+"
"""Pattern of the name of an exam."""
_LABEL = re.compile(r"[A-Za-z0-9]+")


class ExamId(NamedTuple):
    """One participant at one visit; `str` gives the name used in every file."""

    participant: str
    """Letters and digits only."""
    visit: str
    """T0 to T3, or 1, 2, ... in order of date; letters and digits only."""

    def __str__(self) -> str:
        return f"sub-{self.participant}_ses-{self.visit}"

    @classmethod
    def parse(cls, text: str) -> ExamId:
        """Read `sub-<id>_ses-<visit>`; InputError(CALL_INVALID) when it is not one."""
        if not re.fullmatch(EXAM_NAME, text):
            raise InputError(
                ErrorCode.CALL_INVALID,
                "Not an exam name",
                evidence={"given": text},
                remedy="Exam names look like sub-0001_ses-T0.",
            )
        participant, _, visit = text.removeprefix("sub-").partition("_ses-")
        return cls(participant, visit)


def participant_of(exam: str) -> str:
    """Participant of an exam's name; a name that is not ours is a participant by itself."""
    try:
        return ExamId.parse(exam).participant
    except InputError:
        return exam


def is_label(text: str) -> bool:
    """Whether `text` may stand in an exam name: ASCII letters and digits, at least one."""
    return _LABEL.fullmatch(text) is not None


class PhaseRole(StrEnum):
    """What a phase is in the dynamic."""

    PRE = "pre"
    POST1 = "post1"
    POST2 = "post2"
    POST = "post"
    """A post-contrast phase beyond the two that PE and SER use."""
    BASELINE = "baseline"
    """An earlier pre-contrast phase beside the one that is used."""


class TimeZero(StrEnum):
    """What the phase times are relative to."""

    INJECTION = "injection"
    FIRST_POST_START = "first_post_start"
    FIRST_PHASE_START = "first_phase_start"
    UNKNOWN = "unknown"


class ExamFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is published about an exam's acquisition: checked, de-identified, no free text.

    `sidecars` holds one allow-listed JSON record per native phase, in time order.
    """

    manufacturer: str
    """One of the closed list GE, Siemens, Philips, Canon, Other."""
    model: str
    """A name from the package's table of known models, else `Other`."""
    field_strength_t: float | None
    delays_s: tuple[float | None, ...]
    """Effective time of each native phase in seconds after `time_zero`; None where unknown."""
    time_zero: TimeZero
    phase_key: str
    """The header field that separated the phases, or `series` for one series per phase."""
    phase_indices: tuple[int, int, int]
    """Which native phases are pre, first post and second (late) post."""
    roles: tuple[PhaseRole, ...]
    rescaled: bool
    """Whether a modality LUT other than the identity was applied."""
    sidecars: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class Dynamic:
    """All phases of one acquisition, raw signal after the modality LUT, on one grid.

    `phases` are in order of time. Time is not a fourth axis: each phase is its own Volume.
    """

    phases: tuple[Volume, ...]

    def __post_init__(self) -> None:
        for index, phase in enumerate(self.phases):
            if not self.grid.matches(phase.grid):
                raise ExamRefused(
                    ExamCode.PHASE_GRID_DIFFERS,
                    evidence={
                        "phase": index,
                        "first": self.grid.describe(),
                        "this": phase.grid.describe(),
                    },
                )

    @property
    def grid(self) -> Grid:
        """The grid that all phases share."""
        return self.phases[0].grid

    def triple(self, indices: tuple[int, int, int]) -> Triple:
        """Select the phases that PE, SER and the published images use."""
        return Triple(*(self.phases[index] for index in indices))


@dataclass(frozen=True, slots=True)
class Triple:
    """Pre-contrast, first and second post-contrast image on one grid."""

    pre: Volume
    post1: Volume
    post2: Volume

    def __iter__(self) -> Iterator[Volume]:
        return iter((self.pre, self.post1, self.post2))


class Box(msgspec.Struct, frozen=True, tag=True):
    """A box of voxels of a grid, first and last index inclusive along i, j, k."""

    first: tuple[int, int, int]
    last: tuple[int, int, int]


class Polygon(msgspec.Struct, frozen=True, tag=True):
    """A polygon extruded along one axis of a grid, in voxel index units.

    A voxel is inside when its corner-shifted point (a + 0.5, b + 0.5) is, by the even-odd rule,
    where a and b are its indices along `plane_axes`.
    """

    axis: int
    """Axis of extrusion: 0 i (column), 1 j (row), 2 k (slice)."""
    plane_axes: tuple[int, int]
    """The axes that the two coordinates of each vertex run along."""
    vertices: tuple[tuple[float, float], ...]
    first: int
    last: int
    """First and last index along `axis`, inclusive."""


class VoiSource(StrEnum):
    """Where the region of interest comes from, as printed in exams.tsv."""

    PRODUCER = "producer"
    TABLE = "table"
    PROPOSED = "proposed"
    BREAST = "breast"


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """Where and by which thresholds FTV is measured; None means not given.

    Voxel indices refer to the native grid (i column, j row, k slice along row x column).
    """

    source: VoiSource = VoiSource.BREAST
    voi: Box | None = None
    omit: tuple[Box | Polygon, ...] = ()
    background: int | None = None
    """Least pre-contrast signal of tissue, in stored units after the modality LUT."""
    pe_percent: float | None = None
    min_neighbors: int | None = None


@dataclass(frozen=True, slots=True)
class ProducerAnalysis:
    """What the producer's own analysis (UCSF maps, segmentations, counts) says; for comparison.

    All on the native grid; None where there is no such object.
    """

    pe: Volume | None = None
    """Stored percent, as the integer map prints it."""
    ser: Volume | None = None
    """Ratio (stored value times its slope)."""
    tissue: Mask | None = None
    """Tissue inside the producer's region of interest."""
    ftv: Mask | None = None
    """The producer's own mask of the functional tumor volume."""
    ftv_voxels: int | None = None
    ftv_ml: float | None = None
