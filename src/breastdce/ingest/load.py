"""Read the pixels of an exam's phases onto one grid, and what may be published about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.core.errors import ExamRefused, InputError
from breastdce.core.exam import Dynamic, ExamFacts
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.dicom.pixels import Pixels, read_slices
from breastdce.ingest.records import STEP_DECIMALS, ExamSource, GridFacts, PhaseSource
from breastdce.ingest.sidecar import field_strength_t, manufacturer_of, model_of, sidecar

_LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Loaded:
    """An exam in memory."""

    dynamic: Dynamic
    facts: ExamFacts
    caveats: tuple[Caveat, ...]
    """Found while reading; the finder's own are in the source."""


def load_exam(source: ExamSource) -> Loaded:
    """Read all phases of an exam; one with text in its pixels only where its caveats tell so.

    Raises
    ------
    ExamRefused
        TOO_FEW_PHASES, BURNED_IN, PHASE_GRID_DIFFERS, or PIXELS_UNREADABLE with the phase, the
        slice and the reason.
    """
    if source.phase_indices is None:
        raise ExamRefused(ExamCode.TOO_FEW_PHASES, evidence={"phases": len(source.phases)})
    grid = grid_of(source.grid)
    pixels = _read(source.phases)
    if pixels.burned_in and CaveatCode.BURNED_IN not in {item.code for item in source.caveats}:
        raise ExamRefused(ExamCode.BURNED_IN)
    caveats = (Caveat(CaveatCode.LOSSY),) if pixels.lossy else ()
    n_slices = grid.shape[2]
    starts = range(0, n_slices * len(source.phases), n_slices)
    dynamic = Dynamic(tuple(Volume(pixels.data[:, :, k : k + n_slices], grid) for k in starts))
    _refuse_flat(dynamic)
    return Loaded(dynamic, _facts(source, rescaled=pixels.rescaled, caveats=caveats), caveats)


def grid_of(facts: GridFacts) -> Grid:
    """Grid of a volume in RAS+ from its headers' LPS facts; the sign change is exact."""
    direction = np.array(facts.direction_lps, dtype=np.float64).reshape(3, 3)
    origin = np.array(facts.origin_lps_mm) * _LPS_TO_RAS
    i_mm, j_mm, k_mm = facts.spacing_mm
    return Grid(
        shape=facts.shape,
        spacing_mm=(i_mm, j_mm, round(k_mm, STEP_DECIMALS)),
        direction=direction * _LPS_TO_RAS[:, np.newaxis],
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
    )


def _read(phases: Sequence[PhaseSource]) -> Pixels:
    """Slices of all phases in one go, so that an object that holds several is decoded once."""
    slices = [(Path(item.path), item.frame) for phase in phases for item in phase.slices]
    try:
        return read_slices(slices)
    except InputError as error:
        place = error.evidence["slice"]
        assert isinstance(place, int)  # noqa: S101 - read_slices says so
        phase, k = divmod(place, len(phases[0].slices))
        evidence = {**error.evidence, "phase": phase, "slice": k, "reason": error.code}
        raise ExamRefused(
            ExamCode.PIXELS_UNREADABLE, evidence=evidence, remedy=error.remedy
        ) from error


def _refuse_flat(dynamic: Dynamic) -> None:
    for index, phase in enumerate(dynamic.phases):
        if phase.data.min() == phase.data.max():
            raise ExamRefused(
                ExamCode.PIXELS_UNREADABLE,
                evidence={"phase": index, "reason": SeriesCode.PIXELS_FLAT},
                remedy=SeriesCode.PIXELS_FLAT.remedy,
            )


def _facts(source: ExamSource, *, rescaled: bool, caveats: tuple[Caveat, ...]) -> ExamFacts:
    header = source.phases[0].header
    assert source.phase_indices is not None  # noqa: S101 - checked by the caller
    return ExamFacts(
        manufacturer=manufacturer_of(header),
        model=model_of(header),
        field_strength_t=field_strength_t(header),
        delays_s=tuple(phase.effective_s for phase in source.phases),
        time_zero=source.time_zero,
        phase_key=source.phase_key,
        phase_indices=source.phase_indices,
        roles=tuple(phase.role for phase in source.phases),
        rescaled=rescaled,
        sidecars=tuple(
            sidecar(source, index, rescaled=rescaled, caveats=(*source.caveats, *caveats))
            for index in range(len(source.phases))
        ),
    )
