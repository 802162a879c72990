"""Normalize an exam by the moments of its three phases together."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from breastdce.core.exam import Triple
from breastdce.prepare.zscore import ZscoreParams, zscore
from breastdce.stages._contract import Context, Result, Stage


class Moments(msgspec.Struct, frozen=True):
    """What was subtracted and divided by, in scanner units after correction."""

    mean: float
    sd: float


class Inputs(NamedTuple):
    resampled: Triple


class Outputs(NamedTuple):
    normalized: Triple
    moments: Moments


def run(inputs: Inputs, params: ZscoreParams, ctx: Context) -> Result[Outputs]:
    """Subtract the pooled mean, divide by the pooled deviation."""
    normalized = zscore(tuple(inputs.resampled), params)
    moments = Moments(normalized.mean, normalized.sd)
    return Result(Outputs(Triple(*normalized.phases), moments), normalized.caveats)


def methods(params: ZscoreParams) -> str:
    """Sentence for the methods paragraph."""
    voxels = {
        "pooled": "all voxels",
        "trimmed": (
            f"the voxels between percentiles {params.lower_percent:g} and {params.upper_percent:g}"
        ),
        "masked": "the voxels with signal",
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
