"""Carry the STV candidate from the native to the isotropic grid."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Triple
from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.imaging.resample import Edge
from breastdce.prepare.resample import resample_mask
from breastdce.stages._contract import Context, Result, Stage


class StvGridParams(Params, frozen=True):
    """How the border is treated; the same as for the images."""

    edge: Edge = Edge.ITK


class Inputs(NamedTuple):
    stv_native: Mask
    normalized: Triple


class Outputs(NamedTuple):
    stv: Mask


def run(inputs: Inputs, params: StvGridParams, ctx: Context) -> Result[Outputs]:
    """Take for each voxel the nearest native one."""
    return Result(
        Outputs(resample_mask(inputs.stv_native, inputs.normalized.pre.grid, params.edge))
    )


def methods(params: StvGridParams) -> str:
    """Sentence for the methods paragraph."""
    return "The candidate was carried to the isotropic grid by nearest neighbor."


STAGE = Stage(
    "stv_grid",
    version=1,
    inputs=Inputs,
    params=StvGridParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
