"""What has no motion that can be told, and why."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.volume import Mask, Volume
from breastdce.qc.motion import Motion, find_motion
from tests.unit.qc.boxes import GRID, SHAPE, breasts, phases

STILL = phases()[0]


def found(phase: np.ndarray, breast: np.ndarray) -> Motion | Undefined:
    pre, later = (Volume(np.asfortranarray(one), GRID) for one in (STILL, phase))
    return find_motion(pre, later, Mask(breast, GRID))


def test_without_a_breast_there_is_none():
    assert found(STILL, np.zeros(SHAPE, bool, order="F")) is Undefined.EMPTY_REGION


def test_a_breast_of_a_few_blocks_is_too_small():
    small = np.zeros(SHAPE, bool, order="F")
    small[4, 20, 5] = True
    assert found(STILL, small) is Undefined.TOO_FEW_VOXELS


@pytest.mark.parametrize("factor", [0.0, -1.0])
def test_an_empty_or_inverted_phase_has_no_contrast_to_match(factor):
    assert found(factor * STILL, breasts()) is Undefined.FLAT_REGION


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_a_phase_of_other_brightness_has_not_moved(gain):
    motion = found(gain * STILL, breasts())
    assert isinstance(motion, Motion)
    assert motion == pytest.approx((0.0, 0.0), abs=1e-3)
