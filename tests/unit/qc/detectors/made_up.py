"""Small made-up exams for the detectors: a smooth body with air in front, noise, contrast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from breastdce.core.exam import Dynamic, ExamFacts, PhaseRole, TimeZero
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.qc.exam import QcExam

AXIAL = np.diag([-1.0, -1.0, 1.0])
"""i to the left, j to the back, k to the head."""


def facts(
    count: int = 3,
    delays_s: tuple[float | None, ...] | None = None,
    sidecars: tuple[dict[str, object], ...] = (),
) -> ExamFacts:
    """Facts of an exam whose phases are in order."""
    return ExamFacts(
        manufacturer="Other",
        model="Other",
        field_strength_t=None,
        delays_s=delays_s or (-100.0, *(150.0 * n for n in range(1, count))),
        time_zero=TimeZero.INJECTION,
        phase_key="series",
        phase_indices=(0, 1, 2),
        roles=(PhaseRole.PRE, PhaseRole.POST1, *[PhaseRole.POST2] * (count - 2)),
        rescaled=False,
        sidecars=sidecars,
    )


def smooth(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of mean 0 and SD 1."""
    field = ndimage.gaussian_filter(rng.standard_normal(shape), sigma)
    return (field - field.mean()) / field.std()


def body_phases(
    seed: int = 0, shape: tuple[int, int, int] = (64, 72, 32), noise: float = 6.0
) -> tuple[np.ndarray, ...]:
    """Three phases of a body that fills the back two thirds, with one enhancing mass."""
    rng = np.random.default_rng(seed)
    i, j, k = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    body = j > 26 + 5 * np.cos(i / 9) + 3 * np.sin(k / 5)
    tissue = np.where(body, 220 + 50 * smooth(shape, 2.5, rng), 0)
    mass = (i - 30) ** 2 + (j - 50) ** 2 + (2 * (k - 16)) ** 2 < 14**2
    phases = []
    for rise in (0.0, 1.4, 1.2):
        signal = tissue * (1 + rise * mass)
        real = signal + rng.normal(0, noise, shape)
        phases.append(np.rint(np.hypot(real, rng.normal(0, noise, shape))).astype(np.float32))
    return tuple(phases)


def exam_of(
    phases: Sequence[np.ndarray],
    breast: np.ndarray | None = None,
    delays_s: tuple[float | None, ...] | None = None,
) -> QcExam:
    """Record of phases on an axial grid of 1.5 x 1.5 x 3 mm."""
    shape = phases[0].shape
    grid = Grid(shape, (1.5, 1.5, 3.0), AXIAL, (40.0, 80.0, -40.0))
    volumes = tuple(Volume(np.asfortranarray(phase, np.float32), grid) for phase in phases)
    if breast is None:
        breast = np.zeros(shape, bool)
        breast[8:-8, 30:60, 4:-4] = True
    mask = Mask(np.asfortranarray(breast), grid)
    return QcExam(Dynamic(volumes), facts(len(phases), delays_s), mask)
