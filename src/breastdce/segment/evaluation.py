"""Many cases: which scores there are, whose figures may stand together, and their summaries."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.segment.bundle import Origin
from breastdce.segment.scores import Scores, SoftDice
from breastdce.segment.summary import RESAMPLES, Case, Comparison, Summary, compare, summarize

ALL = "all"
"""The group of all cases, and its level."""


class ScoredCase(msgspec.Struct, frozen=True, kw_only=True):
    """One exam with what was measured."""

    exam: str
    participant: str
    origin: Origin
    """Whether the model of the mask has learned from the participant."""
    scores: Scores
    diagonal_mm: float
    """Of the image: what stands for an infinite distance in a mean."""
    soft: SoftDice | None = None
    """Where a probability map is at hand."""
    hd95_voxels: float | None = None
    """HD95 with a spacing of 1, where the challenge's unit is asked for."""
    groups: Mapping[str, str] = {}
    """Subgroup to the level of this exam."""


class Metric(NamedTuple):
    """One score and what it means."""

    name: str
    long_name: str
    description: str
    units: str | None
    value: Callable[[ScoredCase], float]
    is_distance: bool = False
    """Infinite where one mask is empty."""
    margin: float = 0.0
    """Largest mean difference of two models that counts as none; 0 where none is agreed on."""


_EMPTY = "0 where one mask is empty; undefined where both are."
_FAR = "Infinite where one mask is empty; undefined where both are."
_DICE_MARGIN = 0.02

METRICS = (
    Metric(
        "dice",
        "Dice",
        f"2 |A and B| / (|A| + |B|) of the masks, tumor only. {_EMPTY}",
        None,
        lambda case: case.scores.dice,
        margin=_DICE_MARGIN,
    ),
    Metric(
        "hd95_mm",
        "95 % Hausdorff distance",
        "Larger of the two 95th percentiles of the distances of one surface to the other. " + _FAR,
        "mm",
        lambda case: case.scores.hd95_mm,
        is_distance=True,
    ),
    Metric(
        "nsd_1mm",
        "Surface Dice at 1 mm",
        f"Share of the surface voxels of both masks within 1 mm of the other surface. {_EMPTY}",
        None,
        lambda case: case.scores.nsd_1mm,
    ),
    Metric(
        "nsd_2mm",
        "Surface Dice at 2 mm",
        f"Share of the surface voxels of both masks within 2 mm of the other surface. {_EMPTY}",
        None,
        lambda case: case.scores.nsd_2mm,
    ),
    Metric(
        "assd_mm",
        "Average symmetric surface distance",
        f"Mean over the surface voxels of both masks of the distance to the other. {_FAR}",
        "mm",
        lambda case: case.scores.assd_mm,
        is_distance=True,
    ),
    Metric(
        "volume_error_ml",
        "Volume error",
        "Predicted minus reference volume. Undefined where both masks are empty.",
        "mL",
        lambda case: math.nan if case.scores.both_empty else case.scores.volume_error_ml,
    ),
    Metric(
        "volume_error_percent",
        "Relative volume error",
        "Volume error relative to the reference. Undefined where the reference is empty.",
        "percent",
        lambda case: case.scores.volume_error_percent,
    ),
    Metric(
        "detected",
        "Detected",
        "1 where the predicted parts that touch the reference have an IoU over 0.1 with it, else "
        "0. Undefined where the reference is empty.",
        None,
        lambda case: float(case.scores.detected) if case.scores.reference_ml else math.nan,
    ),
    Metric(
        "false_parts",
        "False-positive parts",
        "Predicted parts of at least 0.02 mL (26-connected) that touch no voxel of the reference.",
        "parts",
        lambda case: math.nan if case.scores.both_empty else float(case.scores.false_parts),
    ),
    Metric(
        "missed_parts",
        "Missed parts",
        "Parts of the reference of at least 0.02 mL that no predicted voxel touches.",
        "parts",
        lambda case: math.nan if case.scores.both_empty else float(case.scores.missed_parts),
    ),
)
"""Every score of two masks, in the order of tables."""

SOFT_METRICS = (
    Metric(
        "dice_soft_fg",
        "Soft Dice, tumor",
        "As the published program computes it: of probabilities, without a threshold. Not "
        "comparable with Dice.",
        None,
        lambda case: case.soft.foreground if case.soft else math.nan,
    ),
    Metric(
        "dice_soft_with_bg",
        "Soft Dice, background averaged in",
        "Mean of the soft Dice of the tumor and of the background, as the published program "
        "reports it where the background is a class. Not comparable with Dice.",
        None,
        lambda case: case.soft.with_background if case.soft else math.nan,
    ),
)
"""The published program's own scores, of probability maps."""


class Line(NamedTuple):
    """One score in one group of cases."""

    group: str
    level: str
    metric: Metric
    summary: Summary


def metrics_of(cases: Iterable[ScoredCase]) -> tuple[Metric, ...]:
    """Scores that these cases can have."""
    return METRICS + (SOFT_METRICS if any(case.soft for case in cases) else ())


def check_origins(cases: Iterable[ScoredCase]) -> Origin:
    """Return the origin that all cases share, `unknown` where some of them have no other.

    Raises
    ------
    InputError
        ORIGINS_MIXED where masks of exams that their model has seen stand beside others.
    """
    by_origin: dict[Origin, list[str]] = {}
    for case in cases:
        by_origin.setdefault(case.origin, []).append(case.exam)
    if "in_sample" in by_origin and len(by_origin) > 1:
        raise InputError(
            ErrorCode.ORIGINS_MIXED,
            evidence={name: f"{len(exams)}, {exams[0]}" for name, exams in by_origin.items()},
        )
    return next(iter(by_origin)) if len(by_origin) == 1 else "unknown"


def summarize_cases(
    cases: Sequence[ScoredCase], *, seed: int = 0, resamples: int = RESAMPLES
) -> Iterator[Line]:
    """Summarize each score over all cases, then in each level of each subgroup."""
    metrics = metrics_of(cases)
    for group, level, members in _grouped(cases):
        for metric in metrics:
            values = [_case(metric, case) for case in members]
            yield Line(group, level, metric, summarize(values, seed=seed, resamples=resamples))


def compare_cases(
    cases: Sequence[ScoredCase],
    others: Sequence[ScoredCase],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Comparison]:
    """Compare two models on the same exams, first minus second, by score.

    Distances that are infinite are taken as the diagonal of the image, so that no failure drops
    out of the comparison.
    """
    second = {case.exam: case for case in others}
    pairs = {
        metric.name: [
            (case.participant, _capped(metric, case), _capped(metric, second[case.exam]))
            for case in cases
        ]
        for metric in METRICS
    }
    margins = {metric.name: metric.margin for metric in METRICS if metric.margin}
    return compare(pairs, margins=margins, seed=seed, resamples=resamples)


def _grouped(cases: Sequence[ScoredCase]) -> Iterator[tuple[str, str, list[ScoredCase]]]:
    yield ALL, ALL, list(cases)
    for group in dict.fromkeys(name for case in cases for name in case.groups):
        for level in sorted({case.groups[group] for case in cases if group in case.groups}):
            yield group, level, [case for case in cases if case.groups.get(group) == level]


def _case(metric: Metric, case: ScoredCase) -> Case:
    cap = case.diagonal_mm if metric.is_distance else math.inf
    return Case(case.participant, metric.value(case), cap)


def _capped(metric: Metric, case: ScoredCase) -> float:
    found = _case(metric, case)
    return float(np.minimum(found.value, found.cap))  # NaN stays NaN
