"""What a page is made from: plain records and arrays, filled by the caller from the data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from breastdce.core.caveats import Caveat
from breastdce.core.exam import Box, PhaseRole, TimeZero
from breastdce.core.volume import Mask, Volume
from breastdce.report.color import Window, shared_window
from breastdce.report.plane import Crop
from breastdce.report.slices import body_crop, covering


@dataclass(frozen=True, slots=True)
class PhaseView:
    """One native phase: raw signal after the modality LUT."""

    volume: Volume
    role: PhaseRole
    delay_s: float | None
    """Effective time in seconds after the exam's `time_zero`; None where unknown."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One processing step as provenance records it."""

    stage: str
    version: str
    """Version of the step and of the engines it used, as text."""
    params: str
    """Parameters as text, in the order of the record."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A region of interest that the program proposed, on the native grid."""

    box: Box
    side: str
    ml: float
    score: float


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """Something that was found and not used."""

    what: str
    """What was left out: `series`, `exam`, `file`, or the name that exclusions.tsv gives it."""
    code: str
    evidence: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class SweepView:
    """FTV with one threshold varied."""

    used: float
    """One of `values`."""
    values: tuple[float, ...]
    """Rising."""
    ml: tuple[float, ...]
    """FTV at each."""
    ml_by_ser: tuple[float, ...]
    """FTV by SER at each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityView:
    """FTV as a function of its thresholds, in mL."""

    ser_threshold: float
    pe: SweepView
    """Percent."""
    background: SweepView
    """Percent of the 95th percentile of the pre-contrast signal."""
    neighbors: SweepView
    ser_minimum: tuple[float, ...]
    """Rising."""
    ml_by_ser_minimum: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasView:
    """What bias correction did to the phases that PE and SER use."""

    mean_log_field: Sequence[float]
    """Of each phase."""
    pe_percent: float
    enhancing_before: int
    """Tissue voxels whose early PE exceeds `pe_percent`."""
    enhancing_after: int
    tissue_voxels: int
    pe_change_sd: float | None
    """Percentage points."""
    ser_change_sd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLine:
    """One measure of image quality."""

    name: str
    """As in quality.tsv; per phase the column ends in _0, _1 or _2."""
    title: str
    unit: str
    """Empty where there is none."""
    good: str
    """`high`, `low`, `near 1` or `neither`: which way is better."""
    formula: str
    source: str
    low: float | None
    high: float | None
    """Bounds of what is not flagged."""
    per_phase: bool
    values: Sequence[float | None]
    """Of each native phase, or one of the exam."""
    reasons: Sequence[str]
    """Beside each value: why there is none, in words; empty where there is one."""
    flagged: Sequence[bool]


class StandingLine(NamedTuple):
    """One quantity of an exam among all exams that have it."""

    name: str
    meaning: str
    value: float
    low: float
    """Least of all exams, this one included."""
    q1: float
    median: float
    q3: float
    high: float
    rank: int
    """1 for the largest; equal values share the better rank."""
    of: int
    """Exams with a value."""


@dataclass(frozen=True, slots=True)
class StandingView:
    """Where an exam stands in its data set."""

    exams: int
    measures: tuple[StandingLine, ...]
    """Volumes and kinetics."""
    features: tuple[StandingLine, ...]
    """The features that lie farthest from the median of the others, the farthest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExamView:
    """Everything that the page of one exam shows.

    `phases`, `pe`, `ser` and `ftv` share the native grid; `image` and `stv` share the 1 mm grid.
    """

    exam: str
    row: Mapping[str, object]
    """The exam's row of exams.tsv; values as numbers or as the text of the table."""
    phases: tuple[PhaseView, ...]
    """All native phases, in order of time."""
    phase_indices: tuple[int, int, int]
    """Which phases are pre, first post and second (late) post."""
    time_zero: TimeZero
    pe: Volume
    """Percent enhancement."""
    ser: Volume
    """Signal enhancement ratio, defined (finite and positive) at least in the FTV."""
    ftv: Mask
    image: Volume | None = None
    """First post-contrast phase, z-scored, where a panel shows it; so the next two."""
    image_pre: Volume | None = None
    """Pre-contrast phase, z-scored."""
    image_late: Volume | None = None
    """Second (late) post-contrast phase, z-scored."""
    masks: Mapping[str, Mask] = field(default_factory=dict)
    """Every mask of the exam by the end of its file's name: `ftv` and `breast` on the native grid,
    `stv-candidate`, `stv-auto` and `stv-expert` on the 1 mm grid."""
    stv: Mask | None = None
    """The best structural tumor volume there is; the row's `stv_source` names it."""
    ser_cuts: tuple[float, float] = (0.9, 1.1)
    """Least and largest SER of a plateau; persistent below, washout above."""
    sensitivity: SensitivityView | None = None
    bias: BiasView | None = None
    quality: Sequence[QualityLine] = ()
    """Measures of image quality; empty where no step took them."""
    curves: Mapping[str, object] | None = None
    """The FTV's row of kinetics.tsv."""
    proposals: Sequence[ProposalView] = ()
    """The likeliest first; empty where the region of interest was given."""
    caveats: Sequence[Caveat] = ()
    steps: Sequence[StepView] = ()
    exclusions: Sequence[ExclusionView] = ()
    """What else was found in this exam's study."""
    methods: str = ""
    """A paragraph in the past tense."""
    made_by: str = ""
    """Program with its version, and the recipe."""
    standing: StandingView | None = None
    """Where the exam stands among the others; None until the whole data set is known."""
    reports: Mapping[str, object] = field(default_factory=dict)
    """What steps that only some recipes have say of the exam, by artifact, as plain values."""
    files: Sequence[str] = ()
    """Paths relative to the root of the data set, with forward slashes."""

    @property
    def pre(self) -> PhaseView:
        """The pre-contrast phase that PE and SER use."""
        return self.phases[self.phase_indices[0]]

    @property
    def post1(self) -> PhaseView:
        """The first post-contrast phase that PE and SER use."""
        return self.phases[self.phase_indices[1]]

    @property
    def motion(self) -> object:
        """Report of the motion correction; None where the recipe has none."""
        return self.reports.get("motion")

    @property
    def findings(self) -> Sequence[object]:
        """Findings of the detectors of artifacts, found or not; empty where none looked."""
        qc = self.reports.get("qc")
        found = qc.get("findings", ()) if isinstance(qc, Mapping) else ()
        return found if isinstance(found, Sequence) else ()

    @property
    def trust(self) -> object:
        """How likely the masks are bad; None where the recipe does not ask."""
        return self.reports.get("trust")

    @cached_property
    def window(self) -> Window:
        """One window for all native phases."""
        return shared_window([phase.volume for phase in self.phases])

    @cached_property
    def crop(self) -> Crop:
        """The body in the native grid, and all of the FTV."""
        return covering(body_crop(self.post1.volume, self.window), self.ftv)


@dataclass(frozen=True, slots=True)
class ExamLine:
    """One exam in the cohort's index; both paths are relative to the folder `report`."""

    exam: str
    row: Mapping[str, object]
    """The exam's row of exams.tsv."""
    link: str
    """The exam's page, `exams/<exam>.html`."""
    thumbnail: str | None = None
    """A PNG, `figures/<exam>.png`; None where there is none."""
