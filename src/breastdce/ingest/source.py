"""From a chosen run to an exam that can be loaded: roles, times, caveats, evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from breastdce.core.caveats import Caveat, Fact
from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.exam import PhaseRole, TimeZero
from breastdce.ingest.choose import Choice
from breastdce.ingest.contrast import Baseline, Doubt, injection
from breastdce.ingest.dynamic import LEAST_PHASES, Run, volumes_of
from breastdce.ingest.image_types import is_derived
from breastdce.ingest.records import ExamSource, PhaseSource
from breastdce.ingest.series import Slice, Study
from breastdce.ingest.times import Timing, incomplete_kind, phase_duration, timing
from breastdce.ingest.volumes import Stack

PRE_GAP_S = 600.0
"""A longer wait between pre-contrast and first post-contrast start is worth a caveat."""
UNEVEN = 1.5
"""Longest over shortest gap between post-contrast starts above which timing is uneven."""


def exam_source(
    study: Study, choice: Choice, base: Baseline, analysis_paths: tuple[str, ...]
) -> ExamSource | Doubt:
    """Build the exam; TOO_FEW_PHASES when fewer than two phases follow contrast."""
    run = choice.run
    n_post = len(run.stacks) - base.count
    if n_post < LEAST_PHASES - 1:
        evidence = f"{base.count} phases before contrast, {n_post} after; {base.evidence}"
        return Doubt(ExamCode.TOO_FEW_PHASES, evidence)
    times = _timing(run, base.count)
    header = run.stacks[0].slices[0].header
    return ExamSource(
        patient_id=study.patient_id,
        study_uid=study.uid,
        study_date=header.study_date,
        study_time=header.study_time,
        identity_removed=header.identity_removed,
        visit_words=visit_words(study),
        side=choice.side,
        grid=run.stacks[base.count - 1].grid_facts(),
        phases=tuple(_phases(run, base.count, times)),
        phase_indices=(base.count - 1, base.count, base.count + 1),
        phase_key=run.key,
        time_zero=times.zero if times else TimeZero.UNKNOWN,
        phase_duration_s=times.duration_s if times else None,
        caveats=_merged(_caveats(choice, base, times)),
        analysis_paths=analysis_paths,
        evidence=_evidence(choice, base),
    )


def visit_words(study: Study) -> tuple[str, ...]:
    """Trial time point id and description, study description of the first image, if any."""
    if not study.series:
        return ()
    header = study.series[0].header
    words = (
        header.trial_time_point_id,
        header.trial_time_point_description,
        header.study_description,
    )
    return words if any(words) else ()


def _timing(run: Run, first_post: int) -> Timing | None:
    if run.starts is None:
        return None
    starts = run.starts.seconds
    header = run.stacks[first_post].slices[0].header
    duration = phase_duration(starts, first_post, header.ge_duration_us)
    return timing(starts, first_post, duration, injection(run, first_post))


def _roles(n: int, first_post: int) -> Iterator[PhaseRole]:
    named = {-1: PhaseRole.PRE, 0: PhaseRole.POST1, 1: PhaseRole.POST2}
    for index in range(n):
        after = index - first_post
        yield named.get(after, PhaseRole.BASELINE if after < 0 else PhaseRole.POST)


def _phases(run: Run, first_post: int, times: Timing | None) -> Iterator[PhaseSource]:
    roles = _roles(len(run.stacks), first_post)
    for index, (stack, role) in enumerate(zip(run.stacks, roles, strict=True)):
        first = stack.slices[0]
        yield PhaseSource(
            slices=tuple(item.ref for item in stack.slices),
            role=role,
            start_s=times.starts_s[index] if times else None,
            effective_s=times.effective_s[index] if times and times.effective_s else None,
            series_uid=first.header.series_uid,
            series_number=first.header.series_number,
            header=replace(first.header, frames=(first.frame,)),
        )


def _caveats(choice: Choice, base: Baseline, times: Timing | None) -> Iterator[Caveat]:
    run = choice.run
    yield from run.caveats
    for stack in run.stacks:
        yield from stack.caveats
        for name in stack.part.series.quirks:
            yield Caveat(CaveatCode.QUIRK_APPLIED, {"quirk": name})
    yield from _origin_caveats(run.stacks)
    if choice.side:
        yield Caveat(CaveatCode.SIDES_SEPARATE, {"side": choice.side})
    if not base.confirmed:
        yield Caveat(CaveatCode.NO_CONTRAST_EVIDENCE, {})
    if base.count > 1:
        yield Caveat(CaveatCode.TWO_BASELINES, {"baselines": base.count, "used": base.count - 1})
    if times is None:
        yield Caveat(CaveatCode.NO_TIMES, {"phases": len(run.stacks)})
    else:
        yield from _time_caveats(times.starts_s, base.count)
        yield from _clock_caveats(run)


def _origin_caveats(stacks: Sequence[Stack]) -> Iterator[Caveat]:
    derived = sum(is_derived(stack.part.image_type) for stack in stacks)
    if derived:
        yield Caveat(CaveatCode.DERIVED_SOURCE, {"phases": derived})
    marked = sum(item.header.burned_in for stack in stacks for item in stack.slices)
    if marked:
        yield Caveat(CaveatCode.BURNED_IN, {"images": marked})
    halves = sum(_lacks_slope(item) for stack in stacks for item in stack.slices)
    if halves:
        yield Caveat(CaveatCode.SLOPE_MISSING, {"images": halves})
    frames = {stack.slices[0].header.frame_of_reference_uid for stack in stacks} - {None}
    if len(frames) > 1:
        yield Caveat(CaveatCode.FRAME_DIFFERS, {"frames_of_reference": len(frames)})


def _lacks_slope(item: Slice) -> bool:
    return item.frame.rescale_slope is None and item.frame.rescale_intercept is not None


def _time_caveats(starts: Sequence[float], first_post: int) -> Iterator[Caveat]:
    wait = starts[first_post] - starts[first_post - 1]
    if wait > PRE_GAP_S:
        yield Caveat(CaveatCode.PRE_GAP, {"gap_s": round(wait, 3)})
    post = starts[first_post:]
    gaps = [b - a for a, b in pairwise(post)]
    if max(gaps) > UNEVEN * min(gaps):
        detail: dict[str, Fact] = {
            "shortest_s": round(min(gaps), 3),
            "longest_s": round(max(gaps), 3),
        }
        yield Caveat(CaveatCode.UNEVEN_TIMING, detail)


def _clock_caveats(run: Run) -> Iterator[Caveat]:
    used = run.starts.kind if run.starts else ""
    lacking = incomplete_kind(volumes_of(run.stacks), used)
    if lacking:
        yield Caveat(CaveatCode.TIMES_INCOMPLETE, {"used": used, "incomplete": lacking})


def _merged(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    """Each caveat once, in the order first met."""
    found: list[Caveat] = []
    for caveat in caveats:
        if caveat not in found:
            found.append(caveat)
    return tuple(found)


def _evidence(choice: Choice, base: Baseline) -> tuple[str, ...]:
    run = choice.run
    numbers = sorted({stack.part.series.number or 0 for stack in run.stacks})
    shape = " x ".join(str(n) for n in run.stacks[0].lattice.shape)
    order = f"in order of {run.starts.kind}" if run.starts else "no times"
    return (
        f"chosen: {choice.evidence}",
        f"{len(run.stacks)} volumes of {shape} from series {', '.join(map(str, numbers))}",
        f"phases separated by {run.key}, {order}",
        f"pre-contrast is phase {base.count - 1}: {base.evidence}",
    )
