"""A real exam: the measures that docs/quality.md prints, to the figures that it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from breastdce.core.codes import Undefined
from breastdce.core.exam import (
    Box,
    Dynamic,
    ExamFacts,
    PhaseRole,
    Region,
    TimeZero,
    Triple,
    VoiSource,
)
from breastdce.core.volume import Volume
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.thresholds import FtvParams
from breastdce.prepare.breast_mask import BreastParams, breast_mask
from breastdce.qc.exam import QcExam
from breastdce.qc.motion import Motion, find_motion
from breastdce.qc.report import CheckResult, all_checks, assess
from tests.reference.test_ftv_real_exams import slices_of, stack

pytestmark = [pytest.mark.data, pytest.mark.slow]

PRINTED: dict[str, tuple[float | Undefined, ...]] = {
    "noise": (2.833, 2.854, 2.874),
    "snr_gland": (9.884, 12.26, 14.96),
    "snr_breast": (4.942, 5.957, 6.612),
    "snr_local": (11.33, 13.76, 12.82),
    "cnr_gland": (5.295, 7.008, 9.047),
    "cnr_lesion": (9.884, 29.43, 24.36),
    "fat_suppression": (2.154,),
    "fat_suppression_sides": (Undefined.ONE_SIDE,),
    "shading": (1.963,),
    "shading_corrected": (Undefined.NOT_CORRECTED,),
    "ghosting": (6.209, 4.221, 3.801),
    "motion_residual": (Undefined.REFERENCE_PHASE, 2.904, 4.285),
    "motion_shift": (Undefined.REFERENCE_PHASE, 0.06988, 0.1165),
    "motion_residual_corrected": (Undefined.NOT_CORRECTED,) * 3,
    "motion_shift_corrected": (Undefined.NOT_CORRECTED,) * 3,
    "contrast_arrival": (205.7,),
    "breast_cut": (11.82,),
    "saturation": (4.108e-5, 4.108e-5, 4.108e-5),
    "missing_slices": (0.0, 0.0, 0.0),
    "slice_jump": (5.243, 5.555, 6.210),
    "bpe": (20.88,),
    "bpe_share": (33.71,),
    "bpe_category": (2.0,),
}


@pytest.fixture(scope="module")
def exam(data: Callable[[str], Path]) -> QcExam:
    images = slices_of(data("ucsf_br_06/dce"))
    phases = tuple(stack(images[start : start + 60]) for start in (0, 60, 120))
    region = Region(
        source=VoiSource.PRODUCER,
        voi=Box((40, 72, 9), (147, 195, 50)),
        background=35,
        pe_percent=70.0,
        min_neighbors=4,
    )
    suppressed: dict[str, object] = {"ScanOptions": ["FS"]}
    facts = ExamFacts(
        manufacturer="GE",
        model="Genesis Signa",
        field_strength_t=1.5,
        delays_s=(-230.0, 177.0, 531.0),
        time_zero=TimeZero.INJECTION,
        phase_key="ContentTime",
        phase_indices=(0, 1, 2),
        roles=(PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2),
        rescaled=False,
        sidecars=(suppressed,) * 3,
    )
    ftv = functional_tumor_volume(Triple(*phases), region, FtvParams()).mask
    breast = breast_mask(phases[0], BreastParams()).mask
    return QcExam(Dynamic(phases), facts, breast, ftv)


@pytest.fixture(scope="module")
def measured(exam: QcExam) -> dict[str, CheckResult]:
    return {check.name: check for check in assess(exam, all_checks(), []).checks}


@pytest.mark.parametrize("name", PRINTED)
def test_measures_are_those_of_the_documentation(measured, name):
    pairs = zip(measured[name].values, measured[name].reasons, strict=True)
    for (value, reason), printed in zip(pairs, PRINTED[name], strict=True):
        assert (value is None) is isinstance(printed, Undefined)
        assert reason == printed if value is None else value == pytest.approx(printed, rel=1e-3)


def test_every_measure_is_compared(measured):
    assert set(measured) == set(PRINTED)


def test_nothing_is_flagged(measured):
    assert [name for name, check in measured.items() if any(check.flagged)] == []


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("mm", [2.0, 5.0])
def test_a_planted_shift_is_found_to_a_fifth(exam, axis, mm):
    """Of the early phase, whose tissue enhances; linear interpolation, which blurs a little."""
    voxels = np.zeros(3)
    voxels[axis] = mm / exam.grid.spacing_mm[axis]
    moved = ndimage.shift(exam.triple.post1.data, voxels, order=1, mode="nearest")
    phase = Volume(np.asfortranarray(moved), exam.grid)
    found = find_motion(exam.triple.pre, phase, exam.breast)
    assert isinstance(found, Motion)
    assert found.shift_mm == pytest.approx(mm, rel=0.2)
