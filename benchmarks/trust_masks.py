"""Masks of generated exams whose fault is known: spoiled truths, the rule, and a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Box, Region, Triple, VoiSource
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import Anatomical
from breastdce.imaging.box import bounding_box
from breastdce.imaging.components import connected_parts
from breastdce.imaging.distance import within_mm
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.proposal import ProposalParams, propose
from breastdce.kinetics.thresholds import FtvParams
from breastdce.run.bundle import load_weights, read_bundle
from breastdce.segment.network_input import Turned, patch_along_body
from breastdce.segment.postprocess import mask_of
from breastdce.segment.profile import full_walk
from breastdce.segment.stv_rule import StvParams, stv_candidate
from breastdce.segment.windows import window_plan
from breastdce.testing.trial import LearningExam, Matter

Where = NDArray[np.bool_]
Draw = np.random.Generator
_SIGNAL = 200.0  # of one SD of the z-score, so that whole numbers are fine enough


class Case(NamedTuple):
    """A generated exam as the stages would have it."""

    phases: Triple
    truth: Mask
    breast: Where
    tissue: NDArray[np.uint8]
    ftv: Mask
    """In the region of a producer, or in the one that is proposed."""
    rule: tuple[tuple[str, Mask], ...]
    """Outputs of the rule, by kind."""


class Spoiled(NamedTuple):
    """A mask and what was done to it."""

    kind: str
    mask: Mask


def case_of(exam: LearningExam, rng: Draw) -> Case:
    """Bring an exam to the order of the program, and measure its FTV in several ways."""
    phases, truth, breast = _ordered(exam)
    raw = _raw(phases)
    given = _box_around(truth, round(float(rng.uniform(3, 15))))
    ranked = propose(raw, breast, 0.0, ProposalParams())
    proposed = ranked[0].box if ranked else None
    rule = []
    for kind, box, percent in (
        ("rule, region given", given, 70.0),
        ("rule, region proposed", proposed, 70.0),
        ("rule, low threshold", given, 35.0),
        ("rule, high threshold", given, float(rng.uniform(120, 200))),
        ("rule, no region", None, 70.0),
    ):
        ftv = _ftv(raw, box, percent, breast)
        rule.append((kind, stv_candidate(ftv, StvParams()).mask))
    shown = given if rng.random() < 0.5 else proposed
    return Case(
        phases=phases,
        truth=truth,
        breast=breast.data,
        tissue=np.asfortranarray(exam.tissue),
        ftv=_ftv(raw, shown, 70.0, breast),
        rule=tuple(rule),
    )


def _ordered(exam: LearningExam) -> tuple[Triple, Mask, Mask]:
    grid = exam.grid
    images = (Volume(np.asfortranarray(image), grid) for image in exam.images)
    truth, breast = (Mask(np.asfortranarray(one), grid) for one in (exam.label, exam.breast))
    return Triple(*images), truth, breast


def _raw(phases: Triple) -> Triple:
    floor = min(float(phase.data.min()) for phase in phases)
    return Triple(*(one.with_data((one.data - np.float32(floor)) * _SIGNAL) for one in phases))


def _ftv(raw: Triple, box: Box | None, percent: float, breast: Mask) -> Mask:
    region = Region(source=VoiSource.TABLE, voi=box, pe_percent=percent)
    return functional_tumor_volume(raw, region, FtvParams(), breast if box is None else None).mask


def _box_around(mask: Mask, margin: int) -> Box:
    box = bounding_box(mask.data)
    first = [max(0, part.start - margin) for part in box]
    last = [
        min(size, part.stop + margin) - 1 for part, size in zip(box, mask.grid.shape, strict=True)
    ]
    return Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))


def spoiled(case: Case, rng: Draw) -> Iterator[Spoiled]:
    """The truth, outputs of the rule, and the truth spoiled in every way that applies."""
    yield Spoiled("truth", case.truth)
    for kind, mask in case.rule:
        yield Spoiled(kind, mask)
    for kind, way in _WAYS.items():
        inside = way(case, rng)
        if inside is not None and inside.any():
            yield Spoiled(kind, Mask(np.asfortranarray(inside), case.truth.grid))


def _near(case: Case, inside: Where, mm: float) -> Where:
    return within_mm(Mask(np.asfortranarray(inside), case.truth.grid), mm).data


def _rough(case: Case, rng: Draw) -> Where:
    """Another reader: the surface moved by smooth noise of about 1 mm, in or out."""
    return _moved_surface(case, rng, 0.0, 1.0)


def _eroded(case: Case, rng: Draw) -> Where:
    return _moved_surface(case, rng, -float(rng.uniform(0.5, 4)), 0.5)


def _dilated(case: Case, rng: Draw) -> Where:
    return _moved_surface(case, rng, float(rng.uniform(0.5, 5)), 0.5)


def _moved_surface(case: Case, rng: Draw, mm: float, sd_mm: float) -> Where:
    from scipy import ndimage

    truth = case.truth.data
    out = ndimage.distance_transform_edt(~truth) - ndimage.distance_transform_edt(truth)
    noise = ndimage.gaussian_filter(rng.standard_normal(truth.shape).astype(np.float32), 3)
    noise *= sd_mm / float(noise.std())
    return np.asarray(out + noise <= mm + 0.5)


def _leaked(case: Case, matter: Matter, reach_mm: float) -> Where | None:
    """With the tissue of a kind that the mask reaches."""
    into = (case.tissue == matter) & _near(case, case.truth.data, reach_mm)
    parts = connected_parts(into)
    touched = parts.touched_by(_near(case, case.truth.data, 6.0))
    return case.truth.data | parts.select(touched) if touched.any() else None


def _leaked_vessel(case: Case, rng: Draw) -> Where | None:
    return _leaked(case, Matter.VESSEL, float(rng.uniform(15, 45)))


def _leaked_gland(case: Case, rng: Draw) -> Where | None:
    return _leaked(case, Matter.GLAND, float(rng.uniform(3, 14)))


def _leaked_muscle(case: Case, rng: Draw) -> Where | None:
    return _leaked(case, Matter.MUSCLE, float(rng.uniform(5, 20)))


def _cut(case: Case, rng: Draw) -> Where:
    """A part missed: everything beyond a plane."""
    where = np.argwhere(case.truth.data)
    way = rng.standard_normal(3)
    along = where @ way
    kept = where[along <= np.quantile(along, rng.uniform(0.25, 0.85))]
    inside = np.zeros_like(case.truth.data)
    inside[tuple(kept.T)] = True
    return inside


def _with_other(case: Case, rng: Draw) -> Where | None:
    """A node, focus or vessel taken as well."""
    other = _other(case, rng)
    return None if other is None else case.truth.data | other


def _other(case: Case, rng: Draw) -> Where | None:
    """A node, focus or vessel instead of the tumor."""
    kinds = np.isin(case.tissue, (Matter.NODE, Matter.FOCUS, Matter.VESSEL))
    parts = connected_parts(kinds & ~_near(case, case.truth.data, 3.0))
    large = np.flatnonzero(parts.sizes >= 30)
    if not large.size:
        return None
    chosen = int(rng.choice(large[:12]))
    return parts.select(np.arange(parts.count) == chosen)


def _gland(case: Case, rng: Draw) -> Where | None:
    """A blob of gland or fat of the tumor's size, elsewhere in the breasts."""
    free = case.breast & ~_near(case, case.truth.data, 8.0)
    where = np.argwhere(free)
    if not len(where):
        return None
    at = where[int(rng.integers(len(where)))]
    seed = np.zeros_like(free)
    seed[tuple(at)] = True
    radius = (0.75 * float(np.count_nonzero(case.truth.data)) / np.pi) ** (1 / 3)
    return _near(case, seed, radius) & case.breast


def _walked(case: Case, rng: Draw) -> Where:
    """A region grown from the tumor with a threshold that is too low."""
    early = case.phases.post1.data - case.phases.pre.data
    level = np.quantile(early[case.truth.data], rng.uniform(0.02, 0.3))
    far = float(rng.uniform(6, 25))
    parts = connected_parts((early >= level) & _near(case, case.truth.data, far), 6)
    return parts.select(parts.touched_by(case.truth.data) & (parts.sizes >= 8))


def _mirrored(case: Case, _: Draw) -> Where | None:
    """The other breast, where the field shows it."""
    along = Anatomical.of(case.truth.grid)
    width = case.truth.grid.shape[along.order[0]]
    where = np.argwhere(np.asarray(along.view(case.truth.data)))
    x = np.rint(-2 * along.first_mm[0] / along.step_mm[0]).astype(int) - where[:, 0]
    kept = (x >= 0) & (x < width)
    if kept.mean() < 0.9:
        return None
    inside = np.zeros_like(case.truth.data)
    np.asarray(along.view(inside))[x[kept], where[kept, 1], where[kept, 2]] = True
    return inside if (inside & case.breast).sum() > 0.5 * kept.sum() else None


def _shifted(case: Case, rng: Draw) -> Where:
    """Out of place, as after motion or on another grid."""
    step = rng.standard_normal(3)
    step *= rng.uniform(1, 9) / np.linalg.norm(step)
    where = np.argwhere(case.truth.data) + np.rint(step).astype(int)
    kept = ((where >= 0) & (where < case.truth.data.shape)).all(axis=1)
    inside = np.zeros_like(case.truth.data)
    inside[tuple(where[kept].T)] = True
    return inside


_WAYS: dict[str, Callable[[Case, Draw], Where | None]] = {
    "rough": _rough,
    "eroded": _eroded,
    "dilated": _dilated,
    "leaked into vessels": _leaked_vessel,
    "leaked into gland": _leaked_gland,
    "leaked into muscle": _leaked_muscle,
    "part missed": _cut,
    "other taken as well": _with_other,
    "other instead": _other,
    "gland or fat instead": _gland,
    "grown too far": _walked,
    "wrong side": _mirrored,
    "shifted": _shifted,
}


def spoil(kind: str, case: Case, rng: Draw) -> Where | None:
    """Spoil the truth in one way; None where that does not apply."""
    return _WAYS[kind](case, rng)


BELIEFS = ("truth", *_WAYS)
"""What a network may believe in, for `believed`."""
_BLUR_MM = 2.0


def believed(case: Case, rng: Draw, kind: str) -> NDArray[np.float32] | None:
    """Probability as a network might give it that believes in a mask of this kind.

    Log odds are the belief, blurred, and how far a voxel's early enhancement is above the middle
    between the tumor's and its surroundings'; both with a weight of their own. Where the two
    disagree the network is unsure. Made up: nobody was trained for it.
    """
    from scipy import ndimage

    belief = case.truth.data if kind == "truth" else _WAYS[kind](case, rng)
    if belief is None or not belief.any():
        return None
    early = case.phases.post1.data - case.phases.pre.data
    early = ndimage.uniform_filter(early, 3)
    shell = _near(case, case.truth.data, 7.0) & ~_near(case, case.truth.data, 3.0)
    low, high = float(np.median(early[shell])), float(np.median(early[case.truth.data]))
    seen = np.clip((early - (low + high) / 2) / max(high - low, 0.1), -1, 1)
    blurred = ndimage.gaussian_filter(belief.astype(np.float32), _BLUR_MM)
    odds = rng.uniform(6, 16) * (blurred - 0.5) + rng.uniform(0, 5) * seen - rng.uniform(0, 1)
    return np.asfortranarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


class Network:
    """A model of a bundle, in its windows over the box of the breasts."""

    def __init__(self, folder: Path) -> None:
        from breastdce.segment.net.forms import ready_form

        bundle = read_bundle(folder)
        self.card = bundle.card
        weights = load_weights(bundle, 0)
        form = ready_form(self.card.network, len(self.card.in_phases), weights, threads=1)
        self._form = Turned(form, self.card.orientation)

    def probability(self, case: Case) -> NDArray[np.float32]:
        """Of the tumor, on the grid of the exam."""
        from breastdce.segment.net.predict import predict_exam

        along = Anatomical.of(case.truth.grid)
        images = np.stack([np.asarray(along.view(one.data), np.float32) for one in case.phases])
        plan = window_plan(self.card.prediction, patch_along_body(self.card))
        walk = full_walk(plan, np.ascontiguousarray(along.view(case.breast)))
        images = np.ascontiguousarray(images)
        found = predict_exam(
            images, [self._form], walk.plan, floor=float(images.min()), regions=walk.regions
        )
        values = np.empty(case.truth.grid.shape, np.float32, order="F")
        along.view(values)[...] = found.probability
        return values

    def masks(self, case: Case, probability: NDArray[np.float32]) -> Iterator[Spoiled]:
        """As the model would cut it, and at levels that are too low and too high."""
        for kind, level in (
            ("network", 0.5),
            ("network, low cut", 0.1),
            ("network, high cut", 0.9),
        ):
            mask = mask_of(probability, case.truth.grid, level, "stv", case.breast)
            if mask.data.any():
                yield Spoiled(kind, mask)
