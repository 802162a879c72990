"""Boxes of known signal: two breasts of fat and gland before a trunk with a heart, air in front.

Axial: i to the left, j to the back, k to the head. Everything that a check says of it can be
worked out by hand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.exam import Dynamic, ExamFacts, PhaseRole, TimeZero
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.qc.exam import QcExam
from breastdce.qc.report import CHECKS

SHAPE = (96, 80, 24)
GRID = Grid(SHAPE, (2.5, 2.5, 3.0), np.diag([-1.0, -1.0, 1.0]), (118.75, 100.0, -34.5))
RIGHT, LEFT = np.s_[4:44, 20:50], np.s_[52:92, 20:50]
TRUNK, HEART = np.s_[:, 50:], np.s_[40:60, 60:75]
GLANDS = (np.s_[14:34, 28:40, 6:18], np.s_[62:82, 28:40, 6:18])
LESION = np.s_[18:22, 30:34, 10:14]
SIGNAL = {
    "trunk": (100.0, 100.0, 100.0),
    "fat": (50.0, 50.0, 50.0),
    "gland": (150.0, 195.0, 210.0),
    "lesion": (150.0, 400.0, 330.0),
    "heart": (60.0, 240.0, 180.0),
}
"""Before contrast, early, late."""


def phase(index: int, signal: Mapping[str, tuple[float, ...]] = SIGNAL) -> np.ndarray:
    """Noise-free signal of a phase, float32 [i, j, k]."""
    data = np.zeros(SHAPE, np.float32, order="F")
    data[TRUNK] = signal["trunk"][index]
    data[HEART] = signal["heart"][index]
    for breast in (RIGHT, LEFT):
        data[breast] = signal["fat"][index]
    for gland in GLANDS:
        data[gland] = signal["gland"][index]
    data[LESION] = signal["lesion"][index]
    return data


def phases(signal: Mapping[str, tuple[float, ...]] = SIGNAL) -> list[np.ndarray]:
    return [phase(index, signal) for index in range(3)]


def breasts() -> np.ndarray:
    mask = np.zeros(SHAPE, bool, order="F")
    for breast in (RIGHT, LEFT):
        mask[breast] = True
    return mask


def exam_of(
    images: list[np.ndarray], *, breast: np.ndarray | None = None, lesion: bool = True
) -> QcExam:
    grid = GRID
    ftv = np.zeros(SHAPE, bool, order="F")
    ftv[LESION] = lesion
    count = len(images)
    facts = ExamFacts(
        manufacturer="Other",
        model="Other",
        field_strength_t=1.5,
        delays_s=(None,) * count,
        time_zero=TimeZero.UNKNOWN,
        phase_key="series",
        phase_indices=(0, 1, 2),
        roles=(PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2, PhaseRole.POST)[:count],
        rescaled=False,
        sidecars=({},) * count,
    )
    native = Dynamic(tuple(Volume(np.asfortranarray(image), grid) for image in images))
    return QcExam(
        native, facts, Mask(breasts() if breast is None else breast, grid), Mask(ftv, grid)
    )


def noisy(images: list[np.ndarray], sd: float, seed: int = 7) -> list[np.ndarray]:
    """Rician noise, `sd` in each of two channels."""
    rng = np.random.default_rng(seed)
    return [
        np.hypot(image + rng.normal(0, sd, SHAPE), rng.normal(0, sd, SHAPE)).astype(np.float32)
        for image in images
    ]


def value(name: str, exam: QcExam) -> tuple[float | Undefined, ...]:
    """What a check says."""
    return CHECKS.get(name).measure(exam)


def numbers(name: str, exam: QcExam) -> list[float]:
    """What a check says, for one that has a value: what has none is left out."""
    return [one for one in value(name, exam) if not isinstance(one, Undefined)]
