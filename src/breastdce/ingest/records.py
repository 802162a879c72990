"""What the finder hands on: exams with their phases, slice by slice, and everything not used."""

from __future__ import annotations

import msgspec

from breastdce.core.caveats import Caveat
from breastdce.core.codes import ExamCode, FileCode, SeriesCode
from breastdce.core.exam import PhaseRole, TimeZero
from breastdce.formats.dicom.header import Frame, Header

STEP_DECIMALS = 6
"""Slice steps in mm are rounded once, when an exam is loaded: whether the last plane of a resampled
grid lies inside hangs on their seventh digit."""


class SliceRef(msgspec.Struct, frozen=True):
    """Where one slice's pixels are: a file and a frame in it."""

    path: str
    frame: int


class GridFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The grid of a volume from its headers, DICOM's LPS world.

    Index order i (column), j (row), k (slice, increasing along row x column direction).
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    """Along i (between columns), j (between rows), k (between slices, from positions)."""
    direction_lps: tuple[float, ...]
    """Nine numbers, row-major 3 x 3; its columns are the unit vectors of i, j, k."""
    origin_lps_mm: tuple[float, float, float]


class PhaseSource(msgspec.Struct, frozen=True, kw_only=True):
    """One phase: its slices in order of k, and its times."""

    slices: tuple[SliceRef, ...]
    role: PhaseRole
    start_s: float | None = None
    """Start of acquisition, seconds after the start of the first phase."""
    effective_s: float | None = None
    """Effective time after the exam's time zero."""
    series_uid: str
    series_number: int | None
    header: Header
    """Header of the phase's first slice file (its `frames` reduced to that slice)."""


class ExamSource(msgspec.Struct, frozen=True, kw_only=True):
    """An exam that can be loaded: the answer of the finder for one study (or one side of it)."""

    patient_id: str
    study_uid: str
    study_date: str | None
    study_time: str | None = None
    """HHMMSS; orders studies of one day."""
    identity_removed: bool
    visit_words: tuple[str, ...] = ()
    """Trial time point id and description, study description: for naming the visit only."""
    side: str = ""
    """L or R where left and right were acquired apart, else empty."""
    grid: GridFacts
    phases: tuple[PhaseSource, ...]
    """All phases of the dynamic, in order of time."""
    phase_indices: tuple[int, int, int] | None
    """pre, post1, post2 by the rule of the paper (the first two post-contrast phases)."""
    phase_key: str
    time_zero: TimeZero
    phase_duration_s: float | None = None
    caveats: tuple[Caveat, ...] = ()
    analysis_paths: tuple[str, ...] = ()
    """Files of the study that may hold the producer's analysis: SEG objects, SER and PE maps."""
    evidence: tuple[str, ...] = ()
    """Why this was chosen, in sentences of our own with numbers; for `scan`."""

    @property
    def paths(self) -> frozenset[str]:
        """Every file of the exam, those of the producer's analysis too."""
        phases = (item.path for phase in self.phases for item in phase.slices)
        return frozenset((*phases, *self.analysis_paths))


class SeriesNote(msgspec.Struct, frozen=True, kw_only=True):
    """A series or volume that is no phase, and why."""

    patient_id: str
    study_uid: str
    series_uid: str
    series_number: int | None
    series_description: str
    """For `scan` on the user's screen only; never published."""
    modality: str
    n_images: int
    code: SeriesCode | FileCode
    evidence: str = ""
    """Numbers and words of our own; publishable."""


class ExamNote(msgspec.Struct, frozen=True, kw_only=True):
    """An exam (study) that is not used, and why."""

    patient_id: str
    study_uid: str
    study_date: str | None
    study_time: str | None = None
    """HHMMSS; orders studies of one day."""
    identity_removed: bool
    visit_words: tuple[str, ...] = ()
    code: ExamCode
    evidence: str = ""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What the finder says about a set of file records: every series and exam is in one place."""

    exams: tuple[ExamSource, ...]
    exam_notes: tuple[ExamNote, ...]
    series_notes: tuple[SeriesNote, ...]


__all__ = [
    "ExamNote",
    "ExamSource",
    "Findings",
    "Frame",
    "GridFacts",
    "Header",
    "PhaseSource",
    "SeriesNote",
    "SliceRef",
]
