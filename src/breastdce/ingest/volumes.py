"""From a part of a series to volumes: one stack of slices a phase, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat, Fact
from breastdce.core.codes import CaveatCode, Code, ExamCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.geometry import STEP_EVEN, Lattice, axes, cluster_positions, lattice
from breastdce.ingest.keys import Groups, Placed, agreement, partitions, usual_repeats
from breastdce.ingest.records import GridFacts, SliceRef
from breastdce.ingest.series import Part, Slice

ReadPixels = Callable[[Sequence[SliceRef]], NDArray[np.float32]]
"""Values after the modality LUT, shape [i, j, slice]."""

LEAST_SLICES = 12
"""Fewer slices are a localizer."""
SIDE_GAP_STEPS = 5.0
"""A gap of more steps than this, between slabs on either side of the body, parts two breasts."""
STEP_HEADER_LIMIT = 0.01
"""Relative difference of the step by position from the header's that is worth a caveat."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """One volume: slices in order of k on a regular lattice."""

    slices: tuple[Slice, ...]
    lattice: Lattice
    part: Part
    order: int
    """Index among the volumes of its part, by the key that separated them."""
    key: str
    caveats: tuple[Caveat, ...] = ()

    @property
    def identity(self) -> tuple[int, str, int]:
        """A total order that no renaming of files can change."""
        return (self.part.series.number or 0, self.slices[0].header.sop_instance_uid, self.order)

    def grid_facts(self) -> GridFacts:
        """The lattice as the contract with the loader has it."""
        return GridFacts(
            shape=self.lattice.shape,
            spacing_mm=self.lattice.spacing_mm,
            direction_lps=tuple(float(value) for value in self.lattice.direction.ravel()),
            origin_lps_mm=self.lattice.origin_mm,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """Slices that are no phase, and why."""

    part: Part
    code: Code
    """A SeriesCode; ExamCode.ORDER_SUSPECT where the keys contradict each other."""
    evidence: str


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """What one part holds."""

    stacks: tuple[Stack, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def split_volumes(part: Part, read: ReadPixels | None) -> Volumes:
    """Split a part into volumes; left and right slabs of one series first."""
    stacks: list[Stack] = []
    refusals: list[Refusal] = []
    for slab in _slabs(part):
        try:
            stacks += _volumes(slab, read)
        except InputError as error:
            evidence = words(error.evidence)
            refusals.append(Refusal(slab, error.code, evidence))
    return Volumes(tuple(stacks), tuple(refusals))


def words(evidence: Mapping[str, object]) -> str:
    """Evidence as one line: our own names and numbers."""
    return "; ".join(
        f"{key if key.isupper() else key.replace('_', ' ')} {value}"
        for key, value in evidence.items()
    )


def _slabs(part: Part) -> Iterator[Part]:
    """Left and right breast where one series holds both as separate sagittal slabs."""
    labels, centers = cluster_positions(_along(part))
    steps = np.diff(centers)
    if steps.size == 0 or not _sagittal(part):
        yield part
        return
    cut = int(steps.argmax())
    both_long = min(cut + 1, len(centers) - cut - 1) >= LEAST_SLICES
    astride = float(centers[: cut + 1].mean()) * float(centers[cut + 1 :].mean()) < 0
    if steps[cut] <= SIDE_GAP_STEPS * float(np.median(steps)) or not (both_long and astride):
        yield part
        return
    for side in (labels <= cut, labels > cut):
        yield Part(tuple(part.slices[i] for i in np.flatnonzero(side)), part.series)


def _sagittal(part: Part) -> bool:
    """Whether slices follow each other mainly from left to right."""
    normal = axes(part.frame.orientation)[:, 2]
    return bool(abs(normal[0]) > 0.8)


def _along(part: Part) -> NDArray[np.float64]:
    along: NDArray[np.float64] = part.positions() @ axes(part.frame.orientation)[:, 2]
    return along


def _volumes(part: Part, read: ReadPixels | None) -> list[Stack]:
    labels, _ = cluster_positions(_along(part))
    placed, dropped = _without_duplicates(Placed(part.slices, labels), read)
    caveats: list[Caveat] = []
    if dropped:
        compared = "pixels" if read else "headers"
        caveats.append(_caveat(CaveatCode.DUPLICATE_SLICE, slices=dropped, compared=compared))
    key: str = "series"
    groups: Groups = (tuple(range(len(placed.slices))),)
    if int(placed.repeats.max()) > 1:
        key, groups, noted = _phases(placed)
        caveats += noted
    return [
        _stack(part, placed, group, order, key, tuple(caveats))
        for order, group in enumerate(groups)
    ]


def _without_duplicates(placed: Placed, read: ReadPixels | None) -> tuple[Placed, int]:
    usual = usual_repeats(placed)
    extra: set[int] = set()
    for place in np.flatnonzero(placed.repeats > usual):
        here = np.flatnonzero(placed.place == place)
        extra |= set(_second_copies([int(i) for i in here], placed, usual, read))
    keep = [i for i in range(len(placed.slices)) if i not in extra]
    rest = Placed(tuple(placed.slices[i] for i in keep), placed.place[keep])
    return rest, len(extra)


def _second_copies(
    here: list[int], placed: Placed, usual: int, read: ReadPixels | None
) -> Iterator[int]:
    """Second copies among the slices at one place, as many as there are too many."""
    spare = len(here) - usual
    for one, other in combinations(here, 2):
        a, b = placed.slices[one], placed.slices[other]
        if not spare or not _same_moment(a, b, [placed.slices[i] for i in here], usual):
            continue
        if read is not None and not _equal_pixels(a, b, read):
            raise InputError(
                SeriesCode.SLICES_UNEVEN,
                evidence={"two slices of one phase at place": int(placed.place[one])},
            )
        spare -= 1
        yield other


def _moment(item: Slice) -> tuple[object, ...]:
    frame = item.frame
    return (
        frame.temporal_position,
        frame.trigger_time_ms,
        frame.acquisition_date,
        frame.acquisition_time,
        frame.acquisition_number,
        frame.content_time,
    )


def _same_moment(a: Slice, b: Slice, here: Sequence[Slice], usual: int) -> bool:
    """Whether two slices at one place claim to be of one phase."""
    if _moment(a) != _moment(b):
        return False
    alike = sum(_moment(item) == _moment(a) for item in here)
    telling = usual == 1 or alike < len(here)
    return telling or a.frame.instance_number == b.frame.instance_number


def _equal_pixels(a: Slice, b: Slice, read: ReadPixels) -> bool:
    both = read([a.ref, b.ref])
    return bool(np.array_equal(both[..., 0], both[..., 1]))


def _phases(placed: Placed) -> tuple[str, Groups, list[Caveat]]:
    """Phases of a part whose positions repeat, complete ones only."""
    repeats = placed.repeats
    even = bool(repeats.min() == repeats.max())
    found = partitions(placed)
    if not found:
        code = SeriesCode.PHASES_NOT_SEPARABLE if even else SeriesCode.SLICES_UNEVEN
        raise InputError(code, evidence=_counts(placed))
    winner, *others = found
    agreed = agreement(winner, others)
    if agreed.contradicted:
        against = ", ".join(agreed.first_three_differ)
        raise InputError(
            ExamCode.ORDER_SUSPECT,
            evidence={"KEYS_DISAGREE": f"{winner.key} against {against}"},
        )
    caveats: list[Caveat] = []
    if agreed.disagree:
        against = ", ".join(agreed.disagree)
        caveats.append(_caveat(CaveatCode.KEYS_DISAGREE, used=winner.key, against=against))
    if winner.key == "InstanceNumber":
        caveats.append(_caveat(CaveatCode.ORDER_BY_INSTANCE, phases=len(winner.groups)))
    complete, incomplete = _complete(placed, winner.groups)
    return winner.key, complete, caveats + incomplete


def _counts(placed: Placed) -> dict[str, object]:
    repeats = placed.repeats
    return {
        "positions": placed.n_places,
        "least_repeats": int(repeats.min()),
        "most_repeats": int(repeats.max()),
    }


def _complete(placed: Placed, groups: Groups) -> tuple[Groups, list[Caveat]]:
    """Leave out incomplete phases where that moves none of the first three to another place."""
    full = [placed.is_full(group) for group in groups]
    last = max((i for i, whole in enumerate(full) if whole), default=-1)
    early = [i for i, whole in enumerate(full) if not whole and i < min(last, 3)]
    if last < 0 or early:
        evidence = {"slices_by_phase": [len(group) for group in groups], **_counts(placed)}
        raise InputError(SeriesCode.SLICES_UNEVEN, evidence=evidence)
    caveats = [
        _caveat(CaveatCode.PHASE_INCOMPLETE, phase=i, slices=len(group), of=placed.n_places)
        for i, group in enumerate(groups)
        if not full[i]
    ]
    return tuple(group for i, group in enumerate(groups) if full[i]), caveats


def _stack(
    part: Part,
    placed: Placed,
    group: Sequence[int],
    order: int,
    key: str,
    caveats: tuple[Caveat, ...],
) -> Stack:
    ordered = sorted(group, key=lambda i: int(placed.place[i]))
    slices = tuple(placed.slices[i] for i in ordered)
    header = slices[0].header
    grid = lattice(
        np.array([item.frame.position_mm for item in slices], dtype=np.float64),
        np.array([item.frame.orientation for item in slices], dtype=np.float64),
        slices[0].frame.pixel_spacing_mm,
        (header.columns, header.rows),
    )
    noted = (*caveats, *_step_caveats(grid, slices[0]))
    return Stack(slices, grid, part, order, key, noted)


def _step_caveats(grid: Lattice, first: Slice) -> Iterator[Caveat]:
    step = grid.spacing_mm[2]
    if grid.step_spread > STEP_EVEN:
        spread = round(grid.step_spread, 4)
        yield _caveat(CaveatCode.STEP_UNEVEN, spread=spread, step_mm=round(step, 4))
    said = first.frame.spacing_between_slices_mm or first.frame.slice_thickness_mm
    if said and abs(abs(said) - step) > STEP_HEADER_LIMIT * step:
        yield _caveat(CaveatCode.STEP_HEADER, step_mm=round(step, 4), header_mm=round(said, 4))


def _caveat(code: CaveatCode, **detail: Fact) -> Caveat:
    return Caveat(code, detail)
