"""PE and SER maps and the functional tumor volume, from raw signal on the native grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Dynamic, ExamFacts, ProducerAnalysis, Region
from breastdce.core.volume import Mask
from breastdce.kinetics.compare import Difference, compare_with_producer
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.tally import FtvReport
from breastdce.kinetics.thresholds import FtvParams
from breastdce.stages._contract import Context, Result, Stage


@dataclass(frozen=True, slots=True)
class Maps:
    """Maps as they are stored, [i, j, k] on the native grid."""

    pe_stored: NDArray[np.int16]
    """Percent, rounded down, 0 outside tissue."""
    ser_stored: NDArray[np.int16]
    """Thousandths, 0 where SER was not asked for."""


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    region: Region
    analysis: ProducerAnalysis
    breast: Mask | None = None
    """Stands in for a region of interest that is not given."""


class Outputs(NamedTuple):
    ftv: Mask
    maps: Maps
    measures: FtvReport
    comparison: tuple[Difference, ...]
    """With the producer's own objects, as far as there are any."""


def run(inputs: Inputs, params: FtvParams, ctx: Context) -> Result[Outputs]:
    """Measure, and compare with the producer's own analysis where there is one."""
    phases = inputs.native.triple(inputs.facts.phase_indices)
    found = functional_tumor_volume(phases, inputs.region, params, inputs.breast)
    comparison, differences = compare_with_producer(found, inputs.analysis)
    maps = Maps(found.pe_stored, found.ser_stored)
    outputs = Outputs(found.mask, maps, found.report, comparison)
    return Result(outputs, (*found.caveats, *differences))


def methods(params: FtvParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        "Percent enhancement (PE) and signal enhancement ratio (SER) were computed from the raw "
        "signal of the pre-contrast, the early and the late phase. The functional "
        "tumor volume (FTV) holds the voxels of the region of interest whose pre-contrast signal "
        f"reaches the background threshold (as given, else {params.background_percent:g} % of the "
        "95th percentile of the region), whose early PE reaches the threshold (as given, else "
        f"{params.pe_percent:g} %), and which have enough enhancing neighbors among 26 (as given, "
        f"else {params.min_neighbors})."
    )


STAGE = Stage(
    "ftv",
    version=1,
    inputs=Inputs,
    params=FtvParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
