"""Bring the corrected phases onto the isotropic grid."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Triple
from breastdce.prepare.resample import ResampleParams, resample
from breastdce.stages._contract import Context, Result, Stage


class Inputs(NamedTuple):
    debiased: Triple


class Outputs(NamedTuple):
    resampled: Triple


def run(inputs: Inputs, params: ResampleParams, ctx: Context) -> Result[Outputs]:
    """Interpolate."""
    resampled = resample(tuple(inputs.debiased), params)
    return Result(Outputs(Triple(*resampled.phases)), resampled.caveats)


def methods(params: ResampleParams) -> str:
    """Sentence for the methods paragraph."""
    kind = {"linear": "linear", "bspline": "cubic B-spline"}[params.interpolator]
    where = {"release": "", "centered": " on a grid with the center of the native one"}[params.grid]
    clipped = ", clipped to the range of each image" if _clips(params) else ""
    return (
        f"Images were resampled to {params.spacing_mm:g} mm isotropic{where} by {kind} "
        f"interpolation{clipped}."
    )


def _clips(params: ResampleParams) -> bool:
    return params.interpolator == "bspline" and params.overshoot == "clip"


STAGE = Stage(
    "resample",
    version=2,
    inputs=Inputs,
    params=ResampleParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
