"""Clean exams for `artifacts.py`: generated ones, phantoms, and exams of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Dynamic, ExamFacts, PhaseRole, TimeZero
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import read_volume
from breastdce.prepare.breast_mask import BreastParams, breast_mask
from breastdce.qc.exam import QcExam
from breastdce.testing import PhantomParams, Tissue, phantom_grid
from breastdce.testing.anatomy import breast_truth
from breastdce.testing.motion import make_moving_phantom, rigid_move
from breastdce.testing.trial import learning_exam

Array = NDArray[np.float32]
_TIMES_S = (-200.0, 150.0, 450.0)
_LEVEL = 500.0  # of the 99th percentile: whole numbers, as scanners store them
_MOST_SLICES = 30
_TWO_SIDED_MM = 220.0
_SHAPES = ((96, 96, 72), (112, 96, 56), (96, 80, 80))


class Case(NamedTuple):
    """A clean exam, and what is true of it."""

    name: str
    grid: Grid
    phases: tuple[Array, ...]
    breast: NDArray[np.bool_]
    two_sided: bool
    words: str
    """What makes it difficult."""


def generated(seed: int, number: int) -> Case:
    """Three of four are exams of the learning cohort, the fourth a phantom."""
    return _phantom(seed, number) if number % 4 == 3 else _learning(seed, number)


def stored(folder: Path) -> Case:
    """The first exam of a data set, with its native phases."""
    native = sorted(folder.glob("sub-*/ses-*/native/*.nii.gz"))
    volumes = [read_volume(path) for path in native]
    mask = breast_mask(volumes[0], BreastParams()).mask.data
    grid = volumes[0].grid
    extent = np.asarray(grid.shape) * np.asarray(grid.spacing_mm)
    wide = float(np.abs(grid.direction[0] * extent).max()) > _TWO_SIDED_MM
    return Case(folder.name, grid, tuple(v.data for v in volumes), mask, wide, "real")


def exam_of(case: Case, phases: Sequence[Array] | None = None) -> QcExam:
    """The exam as detectors see it; planted phases may be smaller than the clean ones."""
    shown = case.phases if phases is None else phases
    shape = shown[0].shape
    grid = Grid(
        (shape[0], shape[1], shape[2]),
        case.grid.spacing_mm,
        case.grid.direction.copy(),
        case.grid.origin_mm,
    )
    volumes = tuple(Volume(np.asfortranarray(one, np.float32), grid) for one in shown)
    i, j, k = shape
    breast = np.asfortranarray(case.breast[:i, :j, :k])
    return QcExam(Dynamic(volumes), _facts(len(volumes)), Mask(breast, grid))


def slab(case: Case) -> Case:
    """The middle of a large exam, three phases: planting into all of it would take an hour."""
    count = case.phases[0].shape[2]
    first = max(0, (count - _MOST_SLICES) // 2)
    cut = slice(first, first + _MOST_SLICES)
    phases = tuple(phase[:, :, cut] for phase in case.phases[:3])
    return case._replace(phases=phases, breast=case.breast[:, :, cut])


def _learning(seed: int, number: int) -> Case:
    exam = learning_exam(seed, number, _SHAPES[number % len(_SHAPES)])
    raw = exam.images - exam.images.min()  # the z-score less its own zero
    scanner = exam.facts.description.scanner
    words = (
        f"{scanner.plane}, motion {max(scanner.motion_mm):.1f} mm, shading {scanner.shading:.2f}, "
        f"noise {scanner.noise:.2f}, fat {'' if scanner.fat_suppressed else 'not '}suppressed"
    )
    phases = _stored_numbers(raw)
    return Case(f"learning-{number}", exam.grid, phases, exam.breast, False, words)


def _phantom(seed: int, number: int) -> Case:
    rng = np.random.default_rng([seed, number])
    sagittal = number % 8 == 3
    params = PhantomParams(
        breast_width_mm=rng.uniform(100, 160),
        breast_height_mm=rng.uniform(90, 160),
        breast_depth_mm=rng.uniform(70, 110),
        density=rng.uniform(0, 1),
        shading_cv=rng.uniform(0.1, 0.4),
        noise_sd=rng.uniform(2, 20),
        lesion_side="RL"[int(rng.integers(2))],
    )
    grid = phantom_grid("demo", sagittal=sagittal, side=params.lesion_side)
    far = rng.uniform(0, 2, 3) if rng.random() < 0.6 else np.zeros(3)
    move = rigid_move((far[0], far[1], far[2]), (far[2], 0, 0), (0, 20, 0))
    moves = (None, None, move if far.any() else None)
    phantom = make_moving_phantom(grid, _TIMES_S, params, rng, moves)
    fat = float(rng.choice([0.3, 1.0, 2.5]))  # suppressed, half, not at all
    lit = np.where(np.isin(phantom.truth.labels, (Tissue.FAT, Tissue.BONE)), fat, 1.0)
    sides = breast_truth(grid, params)
    breast = sides[params.lesion_side] if sagittal else sides["R"] | sides["L"]
    raw = np.stack([image * lit.astype(np.float32) for image in phantom.images])
    words = (
        f"{'sagittal' if sagittal else 'axial'} phantom, motion {far.max():.1f} mm, shading "
        f"{params.shading_cv:.2f}, noise {params.noise_sd:.0f}, fat times {fat}"
    )
    return Case(f"phantom-{number}", grid, _stored_numbers(raw), breast, not sagittal, words)


def _stored_numbers(raw: Array) -> tuple[Array, ...]:
    scaled = np.rint(raw * (_LEVEL / np.percentile(raw, 99)))
    return tuple(np.asfortranarray(phase, np.float32) for phase in scaled)


def _facts(count: int) -> ExamFacts:
    later = (PhaseRole.POST1, PhaseRole.POST2, *(PhaseRole.POST for _ in range(count - 3)))
    return ExamFacts(
        manufacturer="Other",
        model="Other",
        field_strength_t=1.5,
        delays_s=(-200.0, *(150.0 + 150 * n for n in range(count - 1))),
        time_zero=TimeZero.INJECTION,
        phase_key="series",
        phase_indices=(0, 1, 2),
        roles=(PhaseRole.PRE, *later),
        rescaled=False,
        sidecars=(),
    )
