"""The STV candidate on the native grid: the largest part of the FTV and what lies near it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from breastdce.core.volume import Mask
from breastdce.segment.stv_rule import StvParams, stv_candidate
from breastdce.stages._contract import Context, Result, Stage


class StvReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule kept, counted on the native grid."""

    parts_found: int
    parts_kept: int
    largest_voxels: int
    voxels: int
    ml: float


class Inputs(NamedTuple):
    ftv: Mask


class Outputs(NamedTuple):
    stv_native: Mask
    stv_report: StvReport


def run(inputs: Inputs, params: StvParams, ctx: Context) -> Result[Outputs]:
    """Apply the rule."""
    kept = stv_candidate(inputs.ftv, params)
    report = StvReport(
        parts_found=kept.parts_found,
        parts_kept=kept.parts_kept,
        largest_voxels=kept.largest_voxels,
        voxels=kept.voxels,
        ml=kept.mask.volume_ml,
    )
    return Result(Outputs(kept.mask, report))


def methods(params: StvParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        f"A structural tumor volume candidate was formed from the largest {params.connectivity}-"
        f"connected part of the FTV and all parts within {params.satellite_mm:g} mm of it."
    )


STAGE = Stage(
    "stv_rule",
    version=1,
    inputs=Inputs,
    params=StvParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
