"""Say of each mask of the tumor how likely it is bad, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Triple
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask
from breastdce.prepare.resample import breasts_on, resample_mask
from breastdce.segment.trust import BAD_DICE, MaskTrust, TrustReport, shipped_model, trust
from breastdce.stages._contract import Context, Result, Stage
from breastdce.stages.predict import PredictionReport


class Inputs(NamedTuple):
    normalized: Triple
    stv: Mask
    ftv: Mask
    """On the native grid; what a network's mask is compared with."""
    stv_auto: Mask | None = None
    stv_expert: Mask | None = None
    """As accepted; not scored where it is empty (a person says: no tumor) or of another grid."""
    prediction: PredictionReport | None = None
    breast: Mask | None = None
    """On the native grid."""


class Outputs(NamedTuple):
    trust: TrustReport


def run(inputs: Inputs, params: NoParams, ctx: Context) -> Result[Outputs]:
    """Score the candidate, and the masks of the network and the expert where there are any."""
    grid = inputs.normalized.pre.grid
    breast = None if inputs.breast is None else breasts_on(inputs.breast, grid)
    report = TrustReport(
        bad_dice=BAD_DICE,
        base_rate=shipped_model().record.base_rate,
        masks=tuple(_scores(inputs, breast)),
    )
    return Result(Outputs(report))


def _scores(inputs: Inputs, breast: NDArray[np.bool_] | None) -> Iterator[MaskTrust]:
    phases, auto, expert = inputs.normalized, inputs.stv_auto, inputs.stv_expert
    ftv = resample_mask(inputs.ftv, phases.pre.grid)
    if expert is not None and expert.data.any() and expert.grid.matches(phases.pre.grid):
        yield trust("stv-expert", phases, expert, breast=breast, ftv=ftv)
    if auto is not None and (inputs.prediction is None or inputs.prediction.networks):
        unsure = None if inputs.prediction is None else inputs.prediction.unsure
        yield trust("stv-auto", phases, auto, breast=breast, unsure=unsure, ftv=ftv)
    yield trust("stv-candidate", phases, inputs.stv, breast=breast)


def methods(params: NoParams) -> str:
    """Sentence for the methods paragraph."""
    record = shipped_model().record
    return (
        f"For each mask of the tumor the chance that its Dice with the true outline is below "
        f"{BAD_DICE:g} was estimated by a logistic regression on its shape and on the enhancement "
        f"in and around it, fitted on {record.masks} masks of generated exams, of which "
        f"{100 * record.base_rate:.0f} % were presumed bad."
    )


STAGE = Stage(
    "trust",
    version=1,
    inputs=Inputs,
    params=NoParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
