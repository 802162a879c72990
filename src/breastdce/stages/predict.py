"""Outline the tumor by a network that was given, on the images of 1 mm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Triple
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask
from breastdce.formats.tensors import Seal, read_tensors
from breastdce.imaging.anatomical import Anatomical
from breastdce.prepare.resample import breasts_on
from breastdce.segment.bundle import ModelCard, Origin
from breastdce.segment.network_input import Turned, normalized, patch_along_body
from breastdce.segment.postprocess import mask_of
from breastdce.segment.profile import full_walk
from breastdce.segment.trust_probability import Unsure, unsure
from breastdce.segment.windows import window_plan
from breastdce.stages._contract import Context, Result, Stage

if TYPE_CHECKING:
    from breastdce.segment.net.predict import Form

_PHASES = ("0000", "0001", "0002")


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model that was given, and which of its networks may predict this exam."""

    card: ModelCard
    folder: str
    """Of the bundle, on this machine."""
    networks: tuple[int, ...]
    """Places in `card.models`; none where all have seen the participant."""
    origin: Origin


class PredictionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the mask is worth."""

    model: str
    """Title of the model."""
    networks: int
    """That were averaged."""
    origin: Origin
    voxels: int
    ml: float
    entropy_bits: float | None
    """Mean over voxels with a probability over 0.1; none where there is none."""
    volume_cv: float | None
    """SD over mean of the networks' volumes; none with one network."""
    unsure: Unsure | None = None
    """What the probability says of the mask; none for an empty one."""


class Inputs(NamedTuple):
    normalized: Triple
    model: Model
    breast: Mask | None = None


class Outputs(NamedTuple):
    stv_auto: Mask
    prediction: PredictionReport


def run(inputs: Inputs, params: NoParams, ctx: Context) -> Result[Outputs]:
    """Average the networks that have not seen the participant, and cut at the threshold."""
    from breastdce.segment.net.predict import case_uncertainty, predict_exam

    model, grid = inputs.model, inputs.normalized.pre.grid
    card, prediction = model.card, model.card.prediction
    if not model.networks:
        empty = Mask(np.zeros(grid.shape, np.bool_, order="F"), grid)
        report = _report(model, empty, None, None)
        return Result(Outputs(empty, report), (Caveat(CaveatCode.MODEL_SAW_PATIENT, {}),))
    along = Anatomical.of(grid)
    by_name = dict(zip(_PHASES, inputs.normalized, strict=True))
    images = np.stack([along.view(by_name[name].data) for name in card.in_phases])
    images = normalized(np.ascontiguousarray(images, np.float32), card)
    breast = None if inputs.breast is None else breasts_on(inputs.breast, grid)
    seen = None if breast is None else np.ascontiguousarray(along.view(breast))
    walk = full_walk(window_plan(prediction, patch_along_body(card)), seen)
    found = predict_exam(
        images,
        _networks(model, ctx.threads),
        walk.plan,
        floor=float(images.min()),
        regions=walk.regions,
    )
    values = np.empty(grid.shape, np.float32, order="F")
    along.view(values)[...] = found.probability
    mask = mask_of(values, grid, prediction.threshold, prediction.postprocess, breast)
    sure = case_uncertainty(found)
    caveats = () if mask.data.any() else (Caveat(CaveatCode.MODEL_FOUND_NOTHING, {}),)
    report = _report(model, mask, sure.entropy, sure.volume_cv)
    report = msgspec.structs.replace(report, unsure=unsure(values, mask))
    return Result(Outputs(mask, report), caveats)


def _networks(model: Model, threads: int) -> Iterator[Form]:
    """One network at a time."""
    from breastdce.segment.net.forms import ready_form

    card = model.card
    for number in model.networks:
        file = card.models[number]
        seal = Seal(size_bytes=file.size_bytes, sha256=file.sha256)
        arrays = read_tensors(Path(model.folder) / file.file, seal)
        form = ready_form(card.network, len(card.in_phases), arrays, threads=threads)
        yield Turned(form, card.orientation)


def _report(
    model: Model, mask: Mask, entropy: float | None, volume_cv: float | None
) -> PredictionReport:
    return PredictionReport(
        model=model.card.title,
        networks=len(model.networks),
        origin=model.origin,
        voxels=int(np.count_nonzero(mask.data)),
        ml=mask.volume_ml,
        entropy_bits=_known(entropy),
        volume_cv=_known(volume_cv),
    )


def _known(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else value


def methods(params: NoParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        "The tumor was outlined by the given model, whose networks were averaged as far as they "
        "had not learned from the same patient."
    )


STAGE = Stage(
    "predict",
    version=3,
    inputs=Inputs,
    params=NoParams,
    outputs=Outputs,
    run=run,
    methods=methods,
    engines=lambda _: ("torch",),
)
