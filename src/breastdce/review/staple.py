"""The hidden true mask and how good each reader is, estimated together: STAPLE.

Warfield, Zou, Wells, IEEE Trans Med Imaging 2004;23:903, for two labels and without a spatial
prior, with the choices of ITK's `STAPLEImageFilter`: the prior is the mean of all readers' masks
over the whole image, and the first truth is their average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import msgspec
import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.review.consensus import Decisions, decisions, over_grid

StapleReason = Literal["", "few_readers", "nothing_marked", "all_marked", "not_converged"]
"""Why there is no estimate, or none that can be trusted; empty where there is."""


class StapleParams(Params, frozen=True):
    """When the estimate stands, and where the mask is cut."""

    tolerance: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 1e-12
    """Largest change of a sensitivity or specificity in the last step. ITK stops at 1e-7, where
    a slow estimate can be off by 1e-3 still."""
    most_steps: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    """Steps after which the estimate counts as not converged."""
    threshold: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5
    """Least probability of a voxel of the consensus."""


@dataclass(frozen=True, slots=True, eq=False)
class Staple:
    """The estimate for one case."""

    probability: Volume
    """That a voxel is tumor; 0 throughout where nobody marked anything."""
    mask: Mask
    sensitivity: tuple[float, ...]
    """Of each reader: share of the hidden truth that he marks. NaN where undefined."""
    specificity: tuple[float, ...]
    """Of each reader: share of the rest that he leaves. Near 1 in any large image."""
    prior: float
    steps: int
    reason: StapleReason


class _Step(NamedTuple):
    truth: FloatArray
    """Probability of tumor of each pattern."""
    sensitivity: FloatArray
    specificity: FloatArray


def staple(masks: Sequence[Mask], params: StapleParams) -> Staple:
    """Estimate the consensus of at least two readers of one case by expectation-maximization.

    Parameters
    ----------
    masks
        One per reader, bool, [i, j, k], on one grid; some may be empty.
    params
        Tolerance, most steps, threshold.

    Raises
    ------
    ValueError
        There is no mask, or masks differ in shape.

    Notes
    -----
    Voxels with the same marks have the same probability: the steps run over the patterns that
    occur, weighted by their voxels, which is the same estimate. Two readers hardly determine it:
    which of them is right is then told by the prior alone.
    """
    found, grid = decisions(masks), masks[0].grid
    prior = float(found.counts @ found.said.mean(axis=1)) / float(found.counts.sum())
    reason = _undetermined(len(masks), prior)
    if reason:
        nothing = np.full(len(masks), np.nan)
        step, steps = _Step(found.said.mean(axis=1), nothing, nothing), 0
    else:
        step, steps, converged = _iterate(found, prior, params)
        reason = "" if converged else "not_converged"
    probability = over_grid(step.truth.astype(np.float32), found, grid.shape)
    mask = over_grid(step.truth >= params.threshold, found, grid.shape)
    return Staple(
        probability=Volume(probability, grid),
        mask=Mask(mask, grid),
        sensitivity=tuple(step.sensitivity.tolist()),
        specificity=tuple(step.specificity.tolist()),
        prior=prior,
        steps=steps,
        reason=reason,
    )


def _undetermined(readers: int, prior: float) -> StapleReason:
    if readers < 2:
        return "few_readers"
    if prior == 0.0:
        return "nothing_marked"
    return "all_marked" if prior == 1.0 else ""


def _iterate(found: Decisions, prior: float, params: StapleParams) -> tuple[_Step, int, bool]:
    truth = found.said.mean(axis=1)
    last = np.full((2, len(found.said[0])), np.inf)
    for steps in range(1, params.most_steps + 1):
        now = _performance(found, truth)
        truth = _truth(found, prior, *now)
        if float(np.abs(now - last).max()) < params.tolerance:
            return _Step(truth, *now), steps, True
        last = now
    return _Step(truth, *last), params.most_steps, False


def _performance(found: Decisions, truth: FloatArray) -> FloatArray:
    """Sensitivity and specificity (rows) of each reader, given the truth."""
    tumor, rest = found.counts * truth, found.counts * (1.0 - truth)
    return np.stack([tumor @ found.said / tumor.sum(), rest @ ~found.said / rest.sum()])


def _truth(
    found: Decisions, prior: float, sensitivity: FloatArray, specificity: FloatArray
) -> FloatArray:
    """Probability of tumor of each pattern, given the readers."""
    if_tumor = prior * np.where(found.said, sensitivity, 1.0 - sensitivity).prod(axis=1)
    if_rest = (1.0 - prior) * np.where(found.said, 1.0 - specificity, specificity).prod(axis=1)
    truth: FloatArray = if_tumor / (if_tumor + if_rest)
    return truth
