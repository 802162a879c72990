"""The five makers of the trial: how each writes a dynamic, and what comes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from breastdce.core.codes import SeriesCode
from breastdce.testing.styles import canon, ge, hitachi, philips, siemens
from breastdce.testing.styles._contract import MakeFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One style with its timing."""

    name: str
    header: str
    """Manufacturer, as decoys have it."""
    files: MakeFiles
    starts_s: tuple[float, ...]
    duration_s: float
    share: float
    """Of the patients. In I-SPY1's index 70 % of the studies are GE, 29 % Siemens, 2 % Philips; a
    part of the first two was given to the others so that each layout is met at every visit."""
    phases: tuple[int, ...]
    """Numbers of phases that occur."""
    sagittal: bool
    dynamic: Callable[[int], frozenset[int]]
    """Numbers of the series that hold so many phases."""
    codes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Of the decoys that the style makes itself."""


MAKERS = (
    Maker(
        name="ge",
        header="GE MEDICAL SYSTEMS",
        files=ge.files,
        starts_s=ge.STARTS_S,
        duration_s=ge.DURATION_S,
        share=0.55,
        phases=(3,),
        sagittal=True,
        dynamic=lambda _: frozenset({2}),
        codes={1: (SeriesCode.LOCALIZER,)},
    ),
    Maker(
        name="siemens",
        header="SIEMENS",
        files=siemens.files,
        starts_s=siemens.STARTS_S,
        duration_s=siemens.DURATION_S,
        share=0.26,
        phases=(3, 4),
        sagittal=False,
        dynamic=lambda phases: frozenset(2 + 2 * phase for phase in range(phases)),
        codes={
            20: (SeriesCode.SUBTRACTION,),
            21: (SeriesCode.SUBTRACTION,),
            26: (SeriesCode.NOT_T1_GRE,),
        },
    ),
    Maker(
        name="philips",
        header="Philips Medical Systems",
        files=philips.files,
        starts_s=philips.STARTS_S,
        duration_s=philips.DURATION_S,
        share=0.07,
        phases=(6,),
        sagittal=False,
        dynamic=lambda _: frozenset({301}),
    ),
    Maker(
        name="canon",
        header="CANON_MEC",
        files=canon.files,
        starts_s=canon.STARTS_S,
        duration_s=canon.DURATION_S,
        share=0.06,
        phases=(4, 5),
        sagittal=False,
        dynamic=lambda _: frozenset({5}),
    ),
    Maker(
        name="hitachi",
        header="Hitachi Medical Corporation",
        files=hitachi.files,
        starts_s=hitachi.STARTS_S,
        duration_s=hitachi.DURATION_S,
        share=0.06,
        phases=(3, 5),
        sagittal=False,
        dynamic=lambda _: frozenset({3, 4}),
    ),
)
MAKER_OF = {maker.name: maker for maker in MAKERS}
