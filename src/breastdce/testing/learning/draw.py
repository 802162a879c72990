"""The distributions that exams are drawn from.

They are wide on purpose: a network is to meet more than one hospital. Volumes span those of
I-SPY1 at baseline, times those of its protocol and of common ones; background enhancement is as
often minimal as marked (BI-RADS). See `docs/synthetic_cohort.md` for the table with sources.
"""

from __future__ import annotations

import math

import numpy as np

from breastdce.testing.learning.description import (
    Acquisition,
    Contrast,
    Decoys,
    Description,
    Lesion,
    LesionKind,
    Maker,
    Uptake,
)
from breastdce.testing.params import PhantomParams
from breastdce.testing.shapes import Point

_KINDS: tuple[tuple[LesionKind, float], ...] = (
    ("oval", 0.2),
    ("lobulated", 0.2),
    ("irregular", 0.25),
    ("spiculated", 0.2),
    ("non_mass", 0.15),
)
_LEAST_ML, _MOST_ML = 0.4, 30.0
_NECROSIS_FROM_ML = 2.0


def draw(rng: np.random.Generator, *, most_ml: float = _MOST_ML) -> Description:
    """Draw an exam; `most_ml` bounds the tumor where the field of view is small."""
    return Description(
        anatomy=_anatomy(rng),
        lesion=_lesion(rng, most_ml),
        decoys=_decoys(rng),
        contrast=_contrast(rng),
        acquisition=_acquisition(rng),
    )


def _anatomy(rng: np.random.Generator) -> PhantomParams:
    return PhantomParams(
        breast_width_mm=_between(rng, 110, 160),
        breast_height_mm=_between(rng, 95, 150),
        breast_depth_mm=_between(rng, 65, 120),
        breast_offset_mm=_between(rng, 68, 92),
        skin_mm=_between(rng, 1.2, 2.8),
        density=_between(rng, 0.1, 0.9),
        lesion_side="R" if rng.random() < 0.5 else "L",
    )


def _lesion(rng: np.random.Generator, most_ml: float) -> Lesion:
    names, weights = zip(*_KINDS, strict=True)
    kind = names[int(rng.choice(len(names), p=weights))]
    volume = math.exp(rng.uniform(math.log(_LEAST_ML), math.log(most_ml)))
    wash = rng.random()
    uptake = Uptake(
        amplitude=_between(rng, 1.2, 3.0),
        uptake_s=_between(rng, 25, 80) if wash < 0.75 else _between(rng, 80, 160),
        washout_per_s=_between(rng, 0.0006, 0.002) if wash < 0.45 else _between(rng, 0, 0.0004),
    )
    necrotic = volume > _NECROSIS_FROM_ML and kind != "non_mass" and rng.random() < 0.4
    stretch = np.exp(rng.normal(0, 0.18 if kind != "non_mass" else 0.4, 3))
    stretch /= stretch.prod() ** (1 / 3)
    count = int(rng.choice(4, p=[0.6, 0.2, 0.12, 0.08]))
    i, j, k = map(float, stretch)
    return Lesion(
        kind=kind,
        volume_ml=volume,
        elongation=(i, j, k),
        seed=int(rng.integers(2**31)),
        uptake=uptake,
        heterogeneity=_between(rng, 0.08, 0.35),
        necrosis=_between(rng, 0.35, 0.65) if necrotic else 0.0,
        satellites=tuple((_between(rng, 2, 5.5), _between(rng, 4, 14)) for _ in range(count)),
    )


def _decoys(rng: np.random.Generator) -> Decoys:
    return Decoys(
        gland=Uptake(
            amplitude=math.exp(rng.uniform(math.log(0.1), math.log(1.3))),
            uptake_s=_between(rng, 120, 500),
        ),
        gland_patchiness=_between(rng, 0.15, 0.6),
        vessels=int(rng.integers(2, 9)),
        vessel_radius_mm=_between(rng, 0.8, 2.0),
        foci=int(rng.choice(6, p=[0.35, 0.25, 0.15, 0.1, 0.1, 0.05])),
        node_mm=_between(rng, 3, 6) if rng.random() < 0.35 else 0.0,
    )


def _contrast(rng: np.random.Generator) -> Contrast:
    suppressed = rng.random() < 0.8
    return Contrast(
        fat=_between(rng, 0.12, 0.55) if suppressed else _between(rng, 1.4, 2.4),
        muscle=_between(rng, 0.5, 0.8),
        lesion=_between(rng, 0.85, 1.2),
        shading_cv=_between(rng, 0.03, 0.2),  # the bias field is corrected before, not wholly
        noise=_between(rng, 0.02, 0.1),
        blur_mm=_between(rng, 0.0, 0.5),
    )


def _acquisition(rng: np.random.Generator) -> Acquisition:
    early, late = _between(rng, 70, 160), _between(rng, 240, 480)
    makers: tuple[Maker, ...] = ("GE", "Siemens", "Philips")
    return Acquisition(
        maker=makers[int(rng.choice(3, p=[0.6, 0.25, 0.15]))],
        field_tesla=1.5 if rng.random() < 0.75 else 3.0,
        plane="sagittal" if rng.random() < 0.6 else "axial",
        slice_mm=_between(rng, 1.0, 3.0),
        times_s=(-60.0, early, late),
        tilt_deg=_around(rng, 4),
        moves=tuple(_move(rng, grows) for grows in (0.7, 1.0)),
    )


def _move(rng: np.random.Generator, grows: float) -> tuple[Point, Point, float]:
    if rng.random() < 0.5:
        return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0
    return _around(rng, 0.6 * grows), _around(rng, 0.4 * grows), _between(rng, 0, 0.8) * grows


def _around(rng: np.random.Generator, spread: float) -> Point:
    x, y, z = np.clip(rng.normal(0, spread, 3), -2.5 * spread, 2.5 * spread)
    return float(x), float(y), float(z)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))
