"""How well several readers agree: case by case in pairs, and over all cases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.core.volume import Mask
from breastdce.imaging.mask_scores import dice, surface_distances
from breastdce.review.bland_altman import BlandAltman, bland_altman, bland_altman_ratio
from breastdce.review.consensus import majority
from breastdce.review.estimate import Estimate, Spread, spread, undefined
from breastdce.review.icc import icc_agreement
from breastdce.review.kappa import cohen_kappa, fleiss_kappa
from breastdce.review.staple import StapleParams, StapleReason, staple

_OF_MAJORITY = 3  # two readers have a majority only where they are one


class ReaderCase(msgspec.Struct, frozen=True, kw_only=True):
    """One reader's mask of one case."""

    reader: str
    volume_ml: float
    dice_to_majority: float
    """With the mask of more than half of the readers, this one among them; NaN with fewer than
    three readers, and where both masks are empty."""
    sensitivity: float
    """By STAPLE: share of the hidden truth that was marked; NaN where there is no estimate."""
    specificity: float
    """By STAPLE: share of the rest that was left; near 1 in any large image."""

    @property
    def marked(self) -> bool:
        """Whether the reader saw a lesion: a voxel is marked."""
        return self.volume_ml > 0


class PairCase(msgspec.Struct, frozen=True, kw_only=True):
    """Two readers' masks of one case.

    With both masks empty all is NaN; with one of them Dice is 0 and distances are infinite.
    """

    first: str
    second: str
    dice: float
    hd95_mm: float
    assd_mm: float


class CaseAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """One case, read by at least one reader."""

    exam: str
    readers: tuple[ReaderCase, ...]
    """In order of their names."""
    pairs: tuple[PairCase, ...]
    majority_ml: float
    """Of the voxels that more than half of the readers marked."""
    staple_ml: float
    staple: StapleReason
    """Why STAPLE has no estimate; empty where it has."""

    def by(self, name: str) -> ReaderCase | None:
        """What one reader drew; None where he has not read the case."""
        return next((one for one in self.readers if one.reader == name), None)


class ReaderSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One reader over all his cases."""

    reader: str
    cases: int
    marked: int
    """Cases in which he saw a lesion."""
    volume_ml: Spread
    dice_to_majority: Spread
    sensitivity: Spread


class PairSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Two readers over the cases that both have read."""

    first: str
    second: str
    cases: int
    one_empty: int
    """Cases in which just one of them saw a lesion."""
    both_empty: int
    """Cases in which neither did; they are in no Dice and no distance."""
    dice: Spread
    hd95_mm: Spread
    assd_mm: Spread
    icc: Estimate
    """Of the volumes."""
    kappa: Estimate
    """Cohen's, of lesion seen or not."""
    difference: BlandAltman
    ratio: BlandAltman


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """All readers over all cases."""

    cases: int
    complete: int
    """Cases that every reader has read: those of `icc` and `kappa`."""
    readers: tuple[ReaderSummary, ...]
    pairs: tuple[PairSummary, ...]
    icc: Estimate
    """Of the volumes, ICC(2,1)."""
    kappa: Estimate
    """Of lesion seen or not."""
    kappa_by: Literal["cohen", "fleiss"]
    """Fleiss's for more than two readers."""


def compare_readers(
    exam: str, masks: Mapping[str, Mask], params: StapleParams | None = None
) -> CaseAgreement:
    """Compare the masks of one case, one per reader, on one grid.

    Raises
    ------
    ValueError
        There is no mask, or masks differ in shape.
    """
    names = sorted(masks)
    drawn = [masks[name] for name in names]
    most, truth = majority(drawn), staple(drawn, params or StapleParams())
    return CaseAgreement(
        exam=exam,
        readers=tuple(
            ReaderCase(
                reader=name,
                volume_ml=masks[name].volume_ml,
                dice_to_majority=dice(masks[name], most)
                if len(names) >= _OF_MAJORITY
                else math.nan,
                sensitivity=truth.sensitivity[at],
                specificity=truth.specificity[at],
            )
            for at, name in enumerate(names)
        ),
        pairs=tuple(_pair(one, other, masks) for one, other in combinations(names, 2)),
        majority_ml=most.volume_ml,
        staple_ml=truth.mask.volume_ml,
        staple=truth.reason,
    )


def _pair(first: str, second: str, masks: Mapping[str, Mask]) -> PairCase:
    distances = surface_distances(masks[first], masks[second])
    return PairCase(
        first=first,
        second=second,
        dice=dice(masks[first], masks[second]),
        hd95_mm=distances.hd95_mm,
        assd_mm=distances.assd_mm,
    )


def summarize_readers(cases: Sequence[CaseAgreement]) -> Agreement:
    """Summarize over cases; readers come in order of their names.

    ICC and kappa of all readers are of the cases that all of them have read, those of a pair of the
    cases that both have. Cases count as independent, also those of one participant.
    """
    names = sorted({one.reader for case in cases for one in case.readers})
    complete = [case for case in cases if len(case.readers) == len(names)]
    volumes = _volumes(complete, names)
    return Agreement(
        cases=len(cases),
        complete=len(complete),
        readers=tuple(_reader(name, cases) for name in names),
        pairs=tuple(_pair_summary(one, other, cases) for one, other in combinations(names, 2)),
        icc=icc_agreement(volumes),
        kappa=_kappa(volumes > 0),
        kappa_by="cohen" if len(names) <= 2 else "fleiss",
    )


def _reader(name: str, cases: Iterable[CaseAgreement]) -> ReaderSummary:
    own = [found for case in cases if (found := case.by(name)) is not None]
    return ReaderSummary(
        reader=name,
        cases=len(own),
        marked=sum(one.marked for one in own),
        volume_ml=spread(one.volume_ml for one in own),
        dice_to_majority=spread(one.dice_to_majority for one in own),
        sensitivity=spread(one.sensitivity for one in own),
    )


def _pair_summary(first: str, second: str, cases: Iterable[CaseAgreement]) -> PairSummary:
    common = [case for case in cases if case.by(first) and case.by(second)]
    pairs = [
        pair
        for case in common
        for pair in case.pairs
        if (pair.first, pair.second) == (first, second)
    ]
    volumes = _volumes(common, (first, second))
    marked = volumes > 0
    return PairSummary(
        first=first,
        second=second,
        cases=len(common),
        one_empty=int(np.count_nonzero(marked[:, 0] != marked[:, 1])),
        both_empty=int(np.count_nonzero(~marked.any(axis=1))),
        dice=spread(pair.dice for pair in pairs),
        hd95_mm=spread(pair.hd95_mm for pair in pairs),
        assd_mm=spread(pair.assd_mm for pair in pairs),
        icc=icc_agreement(volumes),
        kappa=_kappa(marked),
        difference=bland_altman(volumes[:, 0], volumes[:, 1]),
        ratio=bland_altman_ratio(volumes[:, 0], volumes[:, 1]),
    )


def _volumes(cases: Sequence[CaseAgreement], names: Sequence[str]) -> FloatArray:
    """In mL, one row per case, one column per reader."""
    rows = [[one.volume_ml for name in names if (one := case.by(name))] for case in cases]
    return np.array(rows, np.float64).reshape(len(cases), len(names))


def _kappa(marked: NDArray[np.bool_]) -> Estimate:
    """Of lesion seen or not; one row per case, one column per reader."""
    cases, readers = marked.shape
    if readers < 2:
        return undefined(cases, "few_readers")
    seen = np.count_nonzero(marked, axis=1)
    if readers > 2:
        return fleiss_kappa(np.stack([readers - seen, seen], axis=1))
    table = np.bincount(2 * marked[:, 0] + marked[:, 1], minlength=4).reshape(2, 2)
    return cohen_kappa(table)
