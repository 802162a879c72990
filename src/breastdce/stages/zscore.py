"""Normalize an exam by the moments of its three phases together."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from breastdce.core.exam import Triple
from breastdce.core.volume import Mask
from breastdce.imaging.resample import Edge
from breastdce.prepare.resample import resample_mask
from breastdce.prepare.zscore import ZscoreParams, zscore
from breastdce.stages._contract import Context, Result, Stage


class Moments(msgspec.Struct, frozen=True):
    """What was subtracted and divided by, in scanner units after correction."""

    mean: float
    sd: float


class Inputs(NamedTuple):
    resampled: Triple
    breast: Mask | None = None
    """On the native grid; the voxels that count, with `masked`."""


class Outputs(NamedTuple):
    normalized: Triple
    moments: Moments


def run(inputs: Inputs, params: ZscoreParams, ctx: Context) -> Result[Outputs]:
    """Subtract the pooled mean, divide by the pooled deviation."""
    mask = _carried(inputs) if params.mode == "masked" else None
    normalized = zscore(tuple(inputs.resampled), params, mask)
    moments = Moments(normalized.mean, normalized.sd)
    return Result(Outputs(Triple(*normalized.phases), moments), normalized.caveats)


def _carried(inputs: Inputs) -> Mask | None:
    """The breasts on the grid of the images; none where nothing was masked."""
    if inputs.breast is None or not inputs.breast.data.any():
        return None
    return resample_mask(inputs.breast, inputs.resampled.pre.grid, Edge.EXTEND)


def methods(params: ZscoreParams) -> str:
    """Sentence for the methods paragraph."""
    voxels = {
        "pooled": "all voxels",
        "trimmed": (
            f"the voxels between percentiles {params.lower_percent:g} and {params.upper_percent:g}"
        ),
        "masked": "the voxels of the breasts (where they were not masked, of all with signal)",
    }[params.mode]
    return (
        f"Intensities were z-scored with one mean and one standard deviation over {voxels} of the "
        "three phases together."
    )


STAGE = Stage(
    "zscore",
    version=2,
    inputs=Inputs,
    params=ZscoreParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
