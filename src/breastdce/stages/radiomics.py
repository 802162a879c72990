"""Features of the first post-contrast phase inside the structural tumor volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, Undefined
from breastdce.core.exam import Triple
from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import load_panel
from breastdce.stages._contract import Context, Result, Stage


class RadiomicsParams(Params, frozen=True):
    """Which panel."""

    panel: str = "captk"
    """Name of a panel that ships with the package."""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One row of the feature table."""

    panel: str
    values: dict[str, float]
    """By published name, in the published order; NaN where undefined."""
    reasons: dict[str, Undefined]


class Inputs(NamedTuple):
    normalized: Triple
    stv: Mask
    stv_auto: Mask | None = None
    stv_expert: Mask | None = None


class Outputs(NamedTuple):
    features: FeatureRow


def run(inputs: Inputs, params: RadiomicsParams, ctx: Context) -> Result[Outputs]:
    """Extract the panel in the best mask; an expert's word holds also where it is: no tumor."""
    panel = load_panel(params.panel)
    image, auto, expert = inputs.normalized.post1, inputs.stv_auto, inputs.stv_expert
    mask = auto if auto is not None and auto.data.any() else inputs.stv
    caveats: tuple[Caveat, ...] = ()
    if expert is not None and fits(expert, inputs.stv):
        mask = expert
    elif expert is not None:
        shape = "x".join(map(str, expert.grid.shape))
        caveats = (Caveat(CaveatCode.EXPERT_OFF_GRID, {"shape": shape}),)
    features = extract_features(image, mask, panel, threads=ctx.threads)
    row = FeatureRow(params.panel, features.values, features.reasons)
    return Result(Outputs(row), caveats)


def fits(expert: Mask, stv: Mask) -> bool:
    """Whether an expert's mask was drawn on the grid that the images have now."""
    return expert.grid.matches(stv.grid)


def methods(params: RadiomicsParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        f"The features of the {params.panel} panel ({load_panel(params.panel).description}) were "
        "extracted from the first post-contrast image inside the structural tumor volume."
    )


STAGE = Stage(
    "radiomics",
    version=2,
    inputs=Inputs,
    params=RadiomicsParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
