"""The finder: from file records to exams with ordered, timed phases, and a code for all else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as remake

from breastdce.core.codes import ExamCode, FileCode, SeriesCode
from breastdce.formats.dicom.header import FileRecord
from breastdce.ingest.choose import Choice, choose
from breastdce.ingest.contrast import Baseline, Doubt, baseline
from breastdce.ingest.dynamic import Left, Run, clean, runs
from breastdce.ingest.image_types import is_analysis
from breastdce.ingest.protocol import alike_sets
from breastdce.ingest.records import ExamNote, ExamSource, Findings, SeriesNote
from breastdce.ingest.reject import BURNED_IN, RULES, Rule, verdict
from breastdce.ingest.series import (
    Part,
    Slice,
    Study,
    group_studies,
    note_refused,
    shown_number,
    split_parts,
)
from breastdce.ingest.signal import Signal
from breastdce.ingest.source import exam_source, visit_words
from breastdce.ingest.strays import (
    baseline_elsewhere,
    belongs,
    describe,
    is_broken,
    kin_elsewhere,
    misplaced,
    stopped_later,
    why_unused,
)
from breastdce.ingest.times import Starts
from breastdce.ingest.volumes import ReadPixels, Refusal, Stack, split_volumes


def find_exams(
    records: Sequence[FileRecord],
    read_pixels: ReadPixels | None = None,
    *,
    allow_burned_in: bool = False,
) -> Findings:
    """Find the DCE of every study.

    Parameters
    ----------
    records
        One per file of the tree, in any order.
    read_pixels
        Reads slices after the modality LUT, shape [i, j, slice], float32. Without it the headers
        decide alone: enhancement is not confirmed, copies and unnamed subtractions are not seen.
    allow_burned_in
        Use images that say that text is burned into their pixels, with a caveat.

    Returns
    -------
    Findings
        Every study is in `exams` or `exam_notes`; every series that is no phase has a note.
    """
    exams: list[ExamSource] = []
    exam_notes: list[ExamNote] = []
    series_notes: list[SeriesNote] = []
    rules = tuple(rule for rule in RULES if not (allow_burned_in and rule is BURNED_IN))
    for study in group_studies(records):
        found = _StudyFindings(study, read_pixels, rules)
        found.look()
        exams += found.exams
        exam_notes += found.exam_notes
        series_notes += [*note_refused(study), *_merged(study, found.out)]
    return Findings(
        exams=tuple(exams), exam_notes=tuple(exam_notes), series_notes=tuple(series_notes)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Out:
    """Images of a part that are no phase."""

    part: Part
    slices: tuple[Slice, ...]
    code: SeriesCode
    evidence: str


@dataclass(eq=False)
class _StudyFindings:
    """What is known of one study while it is looked at."""

    study: Study
    read: ReadPixels | None
    rules: Sequence[Rule]
    exams: list[ExamSource] = field(default_factory=list)
    exam_notes: list[ExamNote] = field(default_factory=list)
    out: list[_Out] = field(default_factory=list)
    suspects: list[Refusal] = field(default_factory=list)
    """Series whose keys contradict each other about the order of phases."""

    def look(self) -> None:
        """Reject, split, gather, choose; every image ends in an exam or in `out`."""
        stacks = self._stacks()
        signal = Signal(self.read) if self.read else None
        found: list[Run] = []
        for members in alike_sets(stacks):
            kept, left = clean(members, signal)
            self._leave(left)
            if kept:
                made, spare = runs(kept, signal)
                self._leave(spare)
                found += made
        self._rest(found, self._decide(found, signal))

    def _stacks(self) -> list[Stack]:
        stacks: list[Stack] = []
        for part in (part for series in self.study.series for part in split_parts(series)):
            hit = verdict(part, self.read, self.rules)
            if hit is not None:
                self.out.append(_Out(part, part.slices, *hit))
                continue
            volumes = split_volumes(part, self.read)
            stacks += volumes.stacks
            for refusal in volumes.refusals:
                self._refuse_part(refusal)
        return stacks

    def _refuse_part(self, refusal: Refusal) -> None:
        code = refusal.code
        if code is ExamCode.ORDER_SUSPECT:
            self.suspects.append(refusal)
            code = SeriesCode.PHASES_NOT_SEPARABLE
        known = code if isinstance(code, SeriesCode) else SeriesCode.PIXELS_BAD
        self.out.append(_Out(refusal.part, refusal.part.slices, known, refusal.evidence))

    def _leave(self, left: Iterable[Left]) -> None:
        for item in left:
            self.out.append(_Out(item.stack.part, item.stack.slices, item.code, item.evidence))

    def _decide(self, found: Sequence[Run], signal: Signal | None) -> set[Stack]:
        """Make exams or notes; the volumes that exams use."""
        chosen = choose(found, signal)
        if not isinstance(chosen, Doubt):
            return {stack for choice in chosen for stack in self._exam(choice, found, signal)}
        if self.suspects:
            chosen = Doubt(ExamCode.ORDER_SUSPECT, self.suspects[0].evidence)
        elif self._burned_in():
            chosen = Doubt(ExamCode.BURNED_IN, chosen.evidence)
        if _has_mr(self.study):  # a study of another modality is no exam that was missed
            self._refuse(chosen)
        return set()

    def _exam(
        self, choice: Choice, found: Sequence[Run], signal: Signal | None
    ) -> tuple[Stack, ...]:
        """Turn one choice into an exam or a note; the volumes that the exam uses."""
        exam = self._source(choice, found, signal)
        if isinstance(exam, Doubt):
            self._refuse(exam, choice.side)
            return ()
        source, run = exam
        self.exams.append(source)
        return run.stacks

    def _source(
        self, choice: Choice, found: Sequence[Run], signal: Signal | None
    ) -> tuple[ExamSource, Run] | Doubt:
        if self._burned_in(choice.run):
            return Doubt(ExamCode.BURNED_IN, "a volume of the dynamic's protocol and place")
        base = baseline(choice.run, signal)
        kin = kin_elsewhere(choice.run, found)
        if isinstance(base, Doubt):
            if kin and base.code is ExamCode.NO_ENHANCEMENT:
                evidence = f"{base.evidence}; {describe(kin)}"
                return Doubt(ExamCode.PHASE_GRID_DIFFERS, evidence)
            return base
        missed = baseline_elsewhere(choice.run, found)
        if missed is not None:
            return missed
        run = _prepared(choice.run, base, kin)
        wrecks = ((item.part, item.slices) for item in self.out if is_broken(item.code))
        lost = misplaced(run, base.count, kin, wrecks)
        if lost is not None:
            return lost
        source = exam_source(self.study, remake(choice, run=run), base, self._analysis())
        return source if isinstance(source, Doubt) else (source, run)

    def _burned_in(self, run: Run | None = None) -> bool:
        """Whether a possible phase (of the run, where one is given) has text in its pixels."""
        return any(
            item.code is SeriesCode.BURNED_IN_TEXT
            and (run is None or belongs(item.part, run.stacks[0]))
            for item in self.out
        )

    def _refuse(self, doubt: Doubt, side: str = "") -> None:
        header = self.study.series[0].header if self.study.series else None
        self.exam_notes.append(
            ExamNote(
                patient_id=self.study.patient_id,
                study_uid=self.study.uid,
                study_date=header.study_date if header else None,
                study_time=header.study_time if header else None,
                identity_removed=header.identity_removed if header else False,
                visit_words=visit_words(self.study),
                code=doubt.code,
                evidence=self._words(doubt, side) if header else "no usable MR image",
            )
        )

    def _words(self, doubt: Doubt, side: str) -> str:
        codes = sorted({f"{shown_number(o.part.series.number)} {o.code}" for o in self.out})
        words = (
            doubt.evidence,
            f"side {side}" if side else "",
            f"series {', '.join(codes)}" if codes else "",
        )
        return "; ".join(filter(None, words))

    def _rest(self, found: Sequence[Run], used: set[Stack]) -> None:
        """Give every possible volume that no exam uses its code."""
        ordered = sorted(used, key=lambda stack: stack.identity)
        for stack in (stack for run in found for stack in run.stacks if stack not in used):
            self.out.append(_Out(stack.part, stack.slices, *why_unused(stack, ordered)))

    def _analysis(self) -> tuple[str, ...]:
        """Files that may hold the producer's analysis."""
        masks = (r.path for r in self.study.refused if r.code is FileCode.SEGMENTATION)
        maps = (
            item.path
            for series in self.study.series
            for item in series.slices
            if is_analysis(item.image_type)
        )
        return tuple(sorted({*masks, *maps}))


def _prepared(run: Run, base: Baseline, kin: Iterable[Stack]) -> Run:
    """The run without a foreign first volume, with a caveat for a later phase that was stopped."""
    if base.foreign_first:
        starts = run.starts and Starts(run.starts.kind, run.starts.seconds[1:])
        run = Run(run.stacks[1:], starts, run.caveats)
    late = stopped_later(run, kin)
    return run if late is None else remake(run, caveats=(*run.caveats, late))


def _merged(study: Study, out: Iterable[_Out]) -> list[SeriesNote]:
    """One note for each series and code."""
    found: dict[tuple[str, str], list[_Out]] = defaultdict(list)
    for item in out:
        found[item.part.series.uid, str(item.code)].append(item)
    return [_note(study, found[key]) for key in sorted(found)]


def _note(study: Study, items: Sequence[_Out]) -> SeriesNote:
    series = items[0].part.series
    return SeriesNote(
        patient_id=study.patient_id,
        study_uid=study.uid,
        series_uid=series.uid,
        series_number=shown_number(series.number),
        series_description=series.header.series_description,
        modality=series.header.modality,
        n_images=sum(len(item.slices) for item in items),
        code=items[0].code,
        evidence=" | ".join(sorted({item.evidence for item in items})),
    )


def _has_mr(study: Study) -> bool:
    others = (record.other for record in study.refused)
    return bool(study.series) or any(o is not None and o.modality == "MR" for o in others)
