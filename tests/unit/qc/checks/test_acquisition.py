"""Ghosts, motion, contrast, coverage, saturation and slices, each planted in known strength."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.qc.exam import QcExam
from tests.unit.qc.boxes import LEFT, RIGHT, SHAPE, SIGNAL, exam_of, noisy, numbers, phases, value


def ghosted(amplitude: float, axis: int) -> QcExam:
    """A body of 100 with air of 3 around it, and more power where ghosts would lie."""
    data = np.full(SHAPE, 3.0, np.float32, order="F")
    data[(np.s_[:, 20:], np.s_[30:66, :16])[axis]] = math.hypot(3.0, amplitude)
    data[30:66, 20:] = 100.0
    breast = np.zeros(SHAPE, bool, order="F")
    breast[30:66, 20:50] = True
    return exam_of([data] * 3, breast=breast)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("amplitude", [0.0, 1.0, 4.0])
def test_ghosting_is_the_amplitude_beside_the_tissue(amplitude, axis):
    # Over the signal of the breast, 100, in percent; the noise's power has canceled.
    assert value("ghosting", ghosted(amplitude, axis)) == pytest.approx((amplitude,) * 3, abs=1e-3)


def test_air_that_lies_beside_tissue_everywhere_tells_nothing_of_ghosts(clean):
    assert value("ghosting", clean) == (Undefined.TOO_FEW_VOXELS,) * 3


def test_equal_phases_show_no_motion(clean):
    exam = exam_of([phases()[0]] * 3)
    assert value("motion_shift", exam) == (Undefined.REFERENCE_PHASE, 0.0, 0.0)
    assert value("motion_residual", exam) == (Undefined.REFERENCE_PHASE, 0.0, 0.0)


@pytest.mark.parametrize(
    ("axis", "voxels", "mm"), [(0, 1, 2.5), (0, -2, 5.0), (1, 1, 2.5), (1, -1, 2.5)]
)
def test_shift_is_found_in_mm(axis, voxels, mm):
    still = phases()[0]
    exam = exam_of(noisy([still, np.roll(still, voxels, axis), still], 1.0))
    moved, unmoved = numbers("motion_shift", exam)
    assert moved == pytest.approx(mm, rel=0.1)
    assert unmoved < 0.1
    moved, unmoved = numbers("motion_residual", exam)
    assert moved > 4 * unmoved


@pytest.mark.parametrize("percent", [2.0, 5.0])
def test_residual_is_the_median_difference_over_the_median_signal(percent):
    still = phases()[0]
    changed = still.copy(order="F")
    changed[:48] *= 1 + percent / 100  # the right side by as much up as the left side down
    changed[48:] *= 1 - percent / 100
    (found, _) = numbers("motion_residual", exam_of([still, changed, still]))
    assert found == pytest.approx(percent, rel=0.05)  # its SD grows by a hundredth, and is matched


def test_residual_does_not_see_a_change_of_scale_and_offset():
    still = phases()[0]
    (found, _) = numbers("motion_residual", exam_of([still, 2 * still + 7, still]))
    assert found < 1e-3


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6])
def test_a_shift_by_part_of_a_voxel_is_found(share):
    still = phases()[0]
    moved = (1 - share) * still + share * np.roll(still, 1, 1)
    (found, _) = numbers("motion_shift", exam_of(noisy([still, moved, still], 1.0)))
    assert found == pytest.approx(2.5 * share, abs=0.25)  # a tenth of a voxel


@pytest.mark.parametrize("gain", [0.9, 1.15, 1.3])
@pytest.mark.parametrize("voxels", [0, 1])
def test_skin_that_enhances_and_fat_that_does_not_is_no_shift(gain, voxels):
    images = []
    for factor in (1.0, gain):
        image = phases()[0]
        for breast in (RIGHT, LEFT):
            side, depth = breast
            image[side, depth.start : depth.start + 2] = 100.0 * factor
        images.append(image)
    moved = np.roll(images[1], voxels, 1)
    (found, _) = numbers("motion_shift", exam_of(noisy([images[0], moved, images[0]], 1.0)))
    assert found == pytest.approx(2.5 * voxels, abs=0.25)


def test_enhancement_alone_is_hardly_taken_for_a_shift():
    exam = exam_of(noisy(phases(), 1.0))
    assert max(numbers("motion_shift", exam)) < 0.25  # a tenth of a voxel
    moved = exam_of(noisy([phases()[0], np.roll(phases()[1], 1, 0), phases()[2]], 1.0))
    assert value("motion_shift", moved)[1] == pytest.approx(2.5, rel=0.3)


def test_contrast_arrived_by_the_enhancement_of_the_heart(clean):
    assert value("contrast_arrival", clean) == pytest.approx((300.0,), rel=1e-6)
    without = exam_of([phases()[0]] * 3)
    assert value("contrast_arrival", without) == (0.0,)


def test_breast_cut_is_the_share_of_its_surface_on_the_border(clean):
    # Each breast: 2 faces of 30 x 24, 40 x 24 and 40 x 30 voxels; those along k lie on the border.
    x, y, z = 30 * 24 * 7.5, 40 * 24 * 7.5, 40 * 30 * 6.25
    assert value("breast_cut", clean) == pytest.approx((100 * z / (x + y + z),), rel=1e-9)


def test_the_back_of_the_breast_may_lie_on_the_border():
    mask = np.zeros(SHAPE, bool, order="F")
    mask[4:44, 50:, 6:18] = True
    assert value("breast_cut", exam_of(phases(), breast=mask)) == (0.0,)
    mask[4:44, :, 6:18] = True
    assert numbers("breast_cut", exam_of(phases(), breast=mask))[0] > 0


def test_saturation_is_the_share_of_the_body_at_the_top(clean):
    body = np.count_nonzero(clean.outside.body.data)
    _, early, late = numbers("saturation", clean)
    assert early == late == pytest.approx(100 * 64 / body)  # the lesion alone
    bright = phases()
    bright[1][0, 0, 0] = bright[1].max()  # in air
    assert numbers("saturation", exam_of(bright))[1] == early
    clipped = exam_of([np.minimum(image, 150.0) for image in phases()])
    assert numbers("saturation", clipped)[1] > 50 * early


def test_flat_and_repeated_slices_are_counted(clean):
    assert value("missing_slices", exam_of(noisy(phases(), 2.0))) == (0.0, 0.0, 0.0)
    images = noisy(phases(), 2.0)
    images[1][..., 5] = images[1][..., 4]
    images[1][..., 9] = 0
    assert value("missing_slices", exam_of(images)) == (0.0, 2.0, 0.0)


def test_a_brighter_slice_jumps_by_the_logarithm_of_its_factor():
    images = phases({**SIGNAL, "gland": (50.0,) * 3, "lesion": (50.0,) * 3})
    images[1][..., 16] *= 1.1
    still, jumps, _ = value("slice_jump", exam_of(images))
    assert jumps == pytest.approx(100 * math.log(1.1), rel=1e-5)
    assert still == pytest.approx(0.0, abs=1e-4)


def test_signal_that_changes_evenly_from_slice_to_slice_does_not_jump():
    images = phases({**SIGNAL, "gland": (50.0,) * 3, "lesion": (50.0,) * 3})
    slope = np.exp(0.02 * np.arange(SHAPE[2], dtype=np.float32))
    assert numbers("slice_jump", exam_of([image * slope for image in images])) == pytest.approx(
        [0.0] * 3, abs=1e-3
    )


@pytest.mark.parametrize(
    "name", ["ghosting", "saturation", "slice_jump", "contrast_arrival", "breast_cut"]
)
def test_an_exam_without_body_or_breast_has_reasons(name):
    exam = exam_of([np.zeros(SHAPE, np.float32)] * 3, breast=np.zeros(SHAPE, bool, order="F"))
    assert all(isinstance(one, Undefined) for one in value(name, exam))


def test_motion_left_is_that_of_the_corrected_phases():
    still = phases()[0]
    exam = exam_of(noisy([still, np.roll(still, 1, 0), still], 1.0))
    assert value("motion_shift_corrected", exam) == (Undefined.NOT_CORRECTED,) * 3
    corrected = replace(exam, aligned=exam_of(noisy([still] * 3, 1.0)).native)
    assert numbers("motion_shift", corrected)[0] > 2
    assert numbers("motion_shift_corrected", corrected)[0] < 0.1
    assert value("motion_residual_corrected", corrected)[0] is Undefined.REFERENCE_PHASE
    before, after = (numbers(f"motion_residual{end}", corrected)[0] for end in ("", "_corrected"))
    assert before > 4 * after
