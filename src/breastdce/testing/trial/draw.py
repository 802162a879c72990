"""Draw the description of an exam: who, which tumor, which scanner, where the field lies.

docs/synthetic_cohort.md lists the distributions and where they come from.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from breastdce.testing.trial.description import (
    Background,
    ExamDescription,
    Kind,
    Kinetics,
    Lesion,
    Maker,
    Place,
    Point,
    Scanner,
    Side,
    Woman,
)

Name = TypeVar("Name", bound=str)

_KINDS: dict[Kind, float] = {
    "round": 0.12, "oval": 0.13, "lobulated": 0.17,
    "irregular": 0.25, "spiculated": 0.13, "non-mass": 0.2,
}  # fmt: skip
_PLACES: dict[Place, tuple[float, float, float]] = {
    "middle": (0.7, 0.3, 0.68), "chest wall": (0.17, 0.1, 0.24), "nipple": (0.13, 0.72, 0.86),
}  # fmt: skip
"""How often, and the share of the way from the chest wall to the nipple."""
_BACKGROUND: dict[Background, tuple[float, float, float]] = {
    "minimal": (0.4, 0.02, 0.12), "mild": (0.3, 0.12, 0.3),
    "moderate": (0.18, 0.3, 0.5), "marked": (0.12, 0.5, 0.85),
}  # fmt: skip
_KINETICS: dict[Kinetics, tuple[float, tuple[float, float], tuple[float, float]]] = {
    "washout": (0.57, (15, 50), (0.0008, 0.0022)),
    "plateau": (0.34, (35, 80), (0.0002, 0.0007)),
    "persistent": (0.09, (80, 200), (0.0, 0.0001)),
}
"""How often, uptake in s, washout per s."""


def draw_exam(rng: np.random.Generator, shape: tuple[int, int, int]) -> ExamDescription:
    """Draw one exam for a field of view of `shape` voxels of 1 mm."""
    woman = _woman(rng)
    lesion = _lesion(rng, woman)
    scanner = _scanner(rng)
    return ExamDescription(
        woman=woman,
        lesion=lesion,
        scanner=scanner,
        origin_mm=_origin(rng, woman, lesion, scanner, shape),
    )


def equivalent_radius_mm(volume_ml: float) -> float:
    """Radius of the ball with that volume."""
    return float((3000 * volume_ml / (4 * np.pi)) ** (1 / 3))


def _woman(rng: np.random.Generator) -> Woman:
    background = _pick(rng, {name: row[0] for name, row in _BACKGROUND.items()})
    width = rng.uniform(105, 160)
    return Woman(
        width_mm=width,
        height_mm=float(np.clip(width * rng.uniform(0.85, 1.15), 95, 170)),
        depth_mm=float(np.clip(width * rng.uniform(0.5, 0.85), 55, 128)),
        offset_mm=float(np.clip(width * rng.uniform(0.55, 0.62), 62, 100)),
        power=rng.uniform(1.75, 2.5),
        dents_mm=rng.uniform(0.5, 3),
        skin_mm=rng.uniform(1.2, 2.8),
        wall_mm=rng.uniform(-20, 0),
        wall_tilt=rng.uniform(-0.3, 0.3),
        wall_radius_mm=rng.uniform(115, 200),
        density=float(rng.beta(1.6, 2.0)),
        background=background,
        background_rise=rng.uniform(*_BACKGROUND[background][1:]),
        patchiness=rng.uniform(0.15, 0.55),
        vessels=int(rng.integers(4, 17)),
        vessel_mm=float(np.clip(1.05 * np.exp(0.22 * rng.standard_normal()), 0.7, 1.8)),
        foci=int(min(14, rng.poisson(5))),
        nodes=int(rng.integers(1, 5)),
    )


def _lesion(rng: np.random.Generator, woman: Woman) -> Lesion:
    kind = _pick(rng, _KINDS)
    kinetics = _pick(rng, {name: row[0] for name, row in _KINETICS.items()})
    _, uptake, washout = _KINETICS[kinetics]
    largest = min(40.0, 4.5e-5 * woman.width_mm * woman.height_mm * woman.depth_mm)
    volume = float(np.exp(rng.uniform(np.log(3.0 if kind == "non-mass" else 2.0), np.log(largest))))
    big = equivalent_radius_mm(volume) > 7
    rim = big and kind != "non-mass" and rng.random() < 0.3
    side, place, center = _where(rng, woman, equivalent_radius_mm(volume))
    return Lesion(
        kind=kind,
        side=side,
        place=place,
        center_mm=center,
        volume_ml=volume,
        stretch=rng.uniform(1.5, 2.6) if kind == "non-mass" else rng.uniform(1.0, 1.5),
        turn_deg=_point(rng.uniform(-90, 90, 3)),
        kinetics=kinetics,
        rise=float(np.clip(2.0 * np.exp(0.3 * rng.standard_normal()), 0.9, 3.5)),
        uptake_s=rng.uniform(*uptake),
        washout_per_s=rng.uniform(*washout),
        baseline=rng.uniform(0.75, 1.1),
        heterogeneity=rng.uniform(0.06, 0.35),
        rim=rng.uniform(0.2, 0.55) if rim else 0.0,
        necrosis=rng.uniform(0.08, 0.35) if rim and rng.random() < 0.6 else 0.0,
        satellites=int(rng.integers(1, 4)) if rng.random() < 0.3 else 0,
        further=int(rng.integers(1, 3)) if volume > 1 and rng.random() < 0.2 else 0,
    )


def _where(rng: np.random.Generator, woman: Woman, radius: float) -> tuple[Side, Place, Point]:
    side: Side = "R" if rng.random() < 0.5 else "L"
    place = _pick(rng, {name: row[0] for name, row in _PLACES.items()})
    along = rng.uniform(*_PLACES[place][1:])
    room = (1 - along**woman.power) ** (1 / woman.power)
    reach = room * np.array([woman.width_mm, woman.height_mm]) / 2 - 0.9 * radius - 5
    angle, far = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0, 0.8))
    across = np.maximum(reach, 0) * far * np.array([np.cos(angle), np.sin(angle)])
    y = max(along * woman.depth_mm, 0.75 * radius + woman.wall_mm + 2)
    sign = 1.0 if side == "R" else -1.0
    return side, place, _point([sign * woman.offset_mm + across[0], y, across[1] - 5])


def _scanner(rng: np.random.Generator) -> Scanner:
    makers: dict[Maker, float] = {"GE": 0.5, "Siemens": 0.3, "Philips": 0.2}
    maker = _pick(rng, makers)
    sagittal = rng.random() < {"GE": 0.75, "Siemens": 0.15, "Philips": 0.2}[maker]
    suppressed = rng.random() < {"GE": 0.98, "Siemens": 0.94, "Philips": 0.96}[maker]
    early = rng.uniform(*{"GE": (100, 165), "Siemens": (60, 130), "Philips": (50, 130)}[maker])
    late = early + rng.uniform(
        *{"GE": (180, 310), "Siemens": (60, 180), "Philips": (70, 240)}[maker]
    )
    moves = rng.random() < 0.6
    largest = rng.uniform(0.3, 2.5) if moves else 0.0
    contrast = _suppressed(rng) if suppressed else _plain(rng)
    return Scanner(
        maker=maker,
        field_strength_t=3.0 if rng.random() < 0.3 else 1.5,
        plane="sagittal" if sagittal else "axial",
        two_sided=bool(not sagittal),
        fat_suppressed=bool(suppressed),
        times_s=(early, late),
        slice_mm=rng.uniform(1.5, 2.5) if sagittal else rng.uniform(1.0, 2.5),
        blur_mm=rng.uniform(0.35, 0.85),
        noise=float(np.exp(rng.uniform(np.log(0.03), np.log(0.2)))),
        shading=rng.uniform(0.12, 0.55),
        corrected=rng.uniform(0.65, 1.0),
        gain=float(min(1.8, 1 + rng.exponential(0.15))),
        drift=rng.uniform(0.05, 0.25),
        fat_rise=float(min(0.9, rng.exponential(0.2 if suppressed else 0.04))),
        motion_mm=(largest * rng.uniform(0.3, 1), largest) if moves else (0.0, 0.0),
        **contrast,
    )


def _suppressed(rng: np.random.Generator) -> dict[str, float]:
    gland = rng.uniform(1.3, 3.0)
    return {
        "gland": gland,
        "muscle": float(np.clip(gland * rng.uniform(0.55, 0.9), 0.3, 2.4)),
        "skin": float(np.clip(gland * rng.uniform(0.6, 1.0), 0.3, 2.6)),
        "blood": float(np.clip(gland * rng.uniform(0.35, 0.6), 0.15, 1.5)),
    }


def _plain(rng: np.random.Generator) -> dict[str, float]:
    gland = rng.uniform(0.4, 0.65)
    return {
        "gland": gland,
        "muscle": gland * rng.uniform(0.8, 1.0),
        "skin": gland * rng.uniform(0.9, 1.3),
        "blood": gland * rng.uniform(0.5, 0.9),
    }


def _origin(
    rng: np.random.Generator,
    woman: Woman,
    lesion: Lesion,
    scanner: Scanner,
    shape: tuple[int, int, int],
) -> Point:
    """Lowest corner of the field: around the anatomy, or a part of it that holds the tumor."""
    i, j, k = shape
    extent = (k, i, j) if scanner.plane == "sagittal" else (i, j, k)
    sign = 1.0 if lesion.side == "R" else -1.0
    out, half = sign * woman.offset_mm, woman.width_mm / 2
    first = min(out, -out) if scanner.two_sided else out
    last = max(out, -out) if scanner.two_sided else out
    spans = (
        (first - half - 8, last + half + 8),
        (-45.0, woman.depth_mm + rng.uniform(8, 25)),
        (-woman.height_mm / 2 - 15, woman.height_mm / 2 + 5),
    )
    radius = equivalent_radius_mm(lesion.volume_ml)
    corner = []
    for axis, ((low, high), size) in enumerate(zip(spans, extent, strict=True)):
        if size >= high - low:  # all of it: air or trunk fills the rest, in front a fixed gap
            spare = size - (high - low)
            corner.append(low - spare * (1.0 if axis == 1 else rng.uniform(0.35, 0.65)))
            continue
        margin = min(1.4 * radius + 6, 0.48 * size)
        at = lesion.center_mm[axis]
        lowest, highest = max(low, at + margin - size), min(high - size, at - margin)
        corner.append(rng.uniform(min(lowest, highest), max(lowest, highest)))
    return _point(corner)


def _pick(rng: np.random.Generator, shares: dict[Name, float]) -> Name:
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def _point(values: object) -> Point:
    x, y, z = (float(value) for value in np.asarray(values))
    return (x, y, z)
