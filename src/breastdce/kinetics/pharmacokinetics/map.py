"""Maps of Ktrans, ve and vp for exams that are sampled densely enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Dynamic, Region
from breastdce.core.params import Params
from breastdce.kinetics.curves import Sampling
from breastdce.kinetics.pharmacokinetics.aif import parker_plasma
from breastdce.kinetics.pharmacokinetics.concentration import concentration_from_signal
from breastdce.kinetics.pharmacokinetics.tofts import (
    Curve,
    InputTable,
    Model,
    ToftsFit,
    fit_tofts,
    input_table,
)
from breastdce.kinetics.roi import region_mask, tissue_of_slice, window
from breastdce.kinetics.stored import MapSet, as_stored, empty_map
from breastdce.kinetics.tally import FtvReport

_INPUT_STEP_S: Final = 0.5  # the first pass of the population input is 8 s wide
_SLOPE: Final = 0.0001

Sidecars = Sequence[Mapping[str, object]]


class ToftsParams(Params, frozen=True):
    """What is known of tissue, agent and blood, and the least sampling."""

    t10_s: Annotated[float, msgspec.Meta(gt=0, le=10)] | None = None
    """T1 of the tissue before contrast, seconds; nothing is fitted unless it is given."""
    model: Model = "tofts"
    """`tofts` or `extended`."""
    relaxivity: Annotated[float, msgspec.Meta(gt=0)] = 4.1
    """r1 of the agent, 1/(s mM): gadopentetate in plasma at 1.5 T, Rohrer et al., Invest Radiol
    2005;40:715."""
    hematocrit: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.42
    """Of large vessels; turns the blood's concentration into the plasma's."""
    onset_s: float = 0.0
    """When contrast arrives in the artery, in seconds on the clock of the exam's times."""
    max_interval_s: Annotated[float, msgspec.Meta(gt=0)] = 15.0
    """Largest step between post-contrast phases. Up to 15 s, Ktrans of simulated curves (Parker
    input, noise 0.02 mM) is within 10 % although the onset is off by a quarter of a step; at 30 s
    it is off by up to 57 % (docs/kinetics.md)."""
    min_phases: Annotated[int, msgspec.Meta(ge=3)] = 10
    """Least number of post-contrast phases."""


class _Known(NamedTuple):
    t10_s: float
    tr_s: float
    flip_deg: float
    times_s: tuple[float, ...]


def map_tofts(
    native: Dynamic,
    region: Region,
    measured: FtvReport,
    sampling: Sampling,
    sidecars: Sidecars,
    params: ToftsParams,
) -> tuple[MapSet, tuple[Caveat, ...]]:
    """Fit the model to every voxel of tissue in the region of interest.

    Parameters
    ----------
    native
        All phases, raw signal after the modality LUT, native grid.
    region
        Its omit regions are left out.
    measured
        What FTV was measured with: region of interest and background threshold.
    sampling
        Of the exam.
    sidecars
        Records of the phases; RepetitionTime (s) and FlipAngle (degrees) are used.
    params
        See `ToftsParams`.

    Returns
    -------
    MapSet, tuple of Caveat
        Maps `ktrans` (per min), `ve` and, from the extended model, `vp`; 0 where undefined. No map
        and CONCENTRATION_UNKNOWN or SAMPLING_COARSE where the exam does not allow a fit.
    """
    known = _known(sidecars, sampling, params)
    if isinstance(known, Caveat):
        return MapSet(native.grid, ()), (known,)
    names = ("ktrans", "ve", "vp") if params.model == "extended" else ("ktrans", "ve")
    maps = MapSet(native.grid, tuple(empty_map(name, _SLOPE, native.grid) for name in names))
    table = _table(known.times_s, params)
    omit = region_mask(region.omit, native.grid) if region.omit else None
    pre = native.phases[sampling.pre]
    _, _, slices = window(measured.voi)
    for k in range(slices.start, slices.stop):
        inside = tissue_of_slice(pre, measured.voi, measured.thresholds.background, omit, k)
        signal = np.stack([phase.data[:, :, k].T[inside.T] for phase in native.phases], axis=1)
        curves = _concentration(signal, sampling.pre, known, params.relaxivity)
        _store(maps, fit_tofts(curves, table, params.model), k, inside)
    return maps, ()


def _store(maps: MapSet, fit: ToftsFit, k: int, inside: NDArray[np.bool_]) -> None:
    values = {"ktrans": fit.ktrans_per_min, "ve": fit.ve, "vp": fit.vp}
    for one in maps.maps:
        one.stored[:, :, k].T[inside.T] = as_stored(values[one.name], one.slope)


def _known(sidecars: Sidecars, sampling: Sampling, params: ToftsParams) -> _Known | Caveat:
    """What a fit needs, or why the exam does not allow one."""
    tr_s, flip_deg = (_shared(sidecars, key) for key in ("RepetitionTime", "FlipAngle"))
    times_s = sampling.times_s
    if params.t10_s is None or tr_s is None or flip_deg is None or times_s is None:
        return Caveat(CaveatCode.CONCENTRATION_UNKNOWN)
    step_s = max((b - a for a, b in pairwise(times_s)), default=0.0)
    if len(times_s) >= params.min_phases and step_s <= params.max_interval_s:
        return _Known(params.t10_s, tr_s, flip_deg, times_s)
    return Caveat(
        CaveatCode.SAMPLING_COARSE,
        {
            "phases": len(times_s),
            "least_phases": params.min_phases,
            "interval_s": round(step_s, 3),
            "largest_interval_s": params.max_interval_s,
        },
    )


def _shared(sidecars: Sidecars, key: str) -> float | None:
    """A positive number that the records of all phases agree on."""
    seen = {record.get(key) for record in sidecars}
    value = seen.pop() if len(seen) == 1 else None
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _table(times_s: Sequence[float], params: ToftsParams) -> InputTable:
    times = np.array(times_s)
    first = min(0.0, params.onset_s)
    fine = np.arange(first, times[-1] + _INPUT_STEP_S, _INPUT_STEP_S)
    return input_table(times, fine, parker_plasma(fine, params.hematocrit, params.onset_s))


def _concentration(
    signal: NDArray[np.float32], pre: int, known: _Known, relaxivity: float
) -> Curve:
    """Concentration after contrast, mM, shape (voxels, times), from all phases' signal."""
    return concentration_from_signal(
        signal[:, pre + 1 :],
        signal[:, : pre + 1].mean(axis=1, keepdims=True, dtype=np.float64),
        t10_s=known.t10_s,
        tr_s=known.tr_s,
        flip_deg=known.flip_deg,
        relaxivity=relaxivity,
    )
