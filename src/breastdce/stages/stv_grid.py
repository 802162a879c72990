"""Carry the STV candidate from the native to the isotropic grid."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Triple
from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.imaging.resample import Edge
from breastdce.prepare.resample import MaskRule, resample_mask
from breastdce.stages._contract import Context, Result, Stage


class StvGridParams(Params, frozen=True):
    """How a voxel is decided on, and how the border is treated."""

    rule: MaskRule = "nearest"
    """`nearest` voxel, or `vote`: more than half of the voxels around, by their nearness."""
    edge: Edge = Edge.ITK
    """The same as for the images."""


class Inputs(NamedTuple):
    stv_native: Mask
    normalized: Triple


class Outputs(NamedTuple):
    stv: Mask


def run(inputs: Inputs, params: StvGridParams, ctx: Context) -> Result[Outputs]:
    """Decide for each voxel of the images."""
    grid = inputs.normalized.pre.grid
    return Result(Outputs(resample_mask(inputs.stv_native, grid, params.edge, params.rule)))


def methods(params: StvGridParams) -> str:
    """Sentence for the methods paragraph."""
    how = {"nearest": "nearest neighbor", "vote": "linear interpolation, cut at one half"}
    return f"The candidate was carried to the isotropic grid by {how[params.rule]}."


STAGE = Stage(
    "stv_grid",
    version=1,
    inputs=Inputs,
    params=StvGridParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
