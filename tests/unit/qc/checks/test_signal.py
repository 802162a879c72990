"""Noise, contrast, fat suppression, shading and background enhancement of boxes of known signal.

The noise has SD 2 in each channel; its estimate may be off by 3 %, five times its own error over
240 blocks, and ratios to it likewise. Without noise everything is exact.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.volume import Mask
from tests.unit.qc.boxes import (
    GLANDS,
    GRID,
    RIGHT,
    SHAPE,
    SIGNAL,
    exam_of,
    noisy,
    numbers,
    phases,
    value,
)

NOISE = 0.03


def test_noise_is_that_of_each_channel(grainy):
    assert value("noise", grainy) == pytest.approx((2.0, 2.0, 2.0), rel=NOISE)


def test_noise_of_the_tissue_is_that_of_each_channel(grainy):
    snr = value("snr_local", grainy)
    assert snr == pytest.approx((25.0, 25.0, 25.0), rel=NOISE)


def test_snr_is_signal_over_noise(grainy):
    assert value("snr_gland", grainy) == pytest.approx((75.0, 97.5, 105.0), rel=NOISE)
    assert value("snr_breast", grainy) == pytest.approx((25.0, 25.0, 25.0), rel=NOISE)


def test_cnr_is_difference_over_noise(grainy):
    assert value("cnr_gland", grainy) == pytest.approx((50.0, 72.5, 80.0), rel=NOISE)
    pre, early, late = numbers("cnr_lesion", grainy)
    assert (early, late) == pytest.approx((102.5, 60.0), rel=NOISE)
    assert abs(pre) < 1.0  # the median of 64 voxels is off by a fifth of the noise


def test_air_of_one_value_has_no_noise_but_tissue_has(grainy):
    images = [image.data.copy() for image in grainy.native.phases]
    for image in images:
        image[:, :18] = 0
    exam = exam_of(images)
    for name in ("noise", "snr_gland", "snr_breast", "cnr_gland", "cnr_lesion"):
        assert value(name, exam) == (Undefined.AIR_MASKED,) * 3
    assert value("snr_local", exam) == pytest.approx((25.0,) * 3, rel=NOISE)


def test_without_a_lesion_there_is_no_contrast_of_it(grainy):
    nothing = Mask(np.zeros(SHAPE, bool, order="F"), GRID)
    for ftv in (None, nothing):
        exam = replace(grainy, ftv=ftv)
        assert value("cnr_lesion", exam) == (Undefined.EMPTY_REGION,) * 3


def test_fat_suppression_is_gland_over_fat(clean):
    assert value("fat_suppression", clean) == (3.0,)
    assert value("fat_suppression_sides", clean) == (1.0,)


def test_worse_suppression_of_one_breast_shows_in_the_ratio_of_sides():
    images = phases()
    for image in images:
        fat = np.zeros(SHAPE, bool)
        fat[RIGHT] = image[RIGHT] == 50.0
        image[fat] = 62.5
    assert value("fat_suppression_sides", exam_of(images)) == pytest.approx((1.25,), rel=1e-6)


def test_one_breast_has_no_other_side():
    mask = np.zeros(SHAPE, bool, order="F")
    mask[RIGHT] = True
    assert value("fat_suppression_sides", exam_of(phases(), breast=mask)) == (Undefined.ONE_SIDE,)


def test_fat_brighter_than_gland_is_known_by_what_enhances():
    signal = {**SIGNAL, "fat": (300.0,) * 3, "gland": (150.0, 195.0, 210.0)}
    exam = exam_of(phases(signal))
    assert not exam.inside.fat_is_darker
    assert value("fat_suppression", exam) == (0.5,)


@pytest.mark.parametrize("slope", [0.0, 0.006, 0.012])
def test_shading_is_the_range_of_the_coils_field(slope):
    field = np.exp(slope * (np.arange(SHAPE[0]) - 47.5), dtype=np.float32)[:, None, None]
    exam = exam_of(noisy([image * field for image in phases()], 0.5))
    over = np.broadcast_to(field, SHAPE)[exam.inside.all]
    low, high = np.quantile(over, (0.05, 0.95))
    (found,) = numbers("shading", exam)
    # A Gaussian flattens the ends of a field: a tenth of its logarithm, and the noise's own range.
    assert math.log(found) == pytest.approx(math.log(high / low), rel=0.15, abs=0.03)


def test_background_enhancement_is_that_of_the_gland_outside_the_lesion(clean):
    assert value("bpe", clean) == pytest.approx((30.0,), rel=1e-6)


@pytest.mark.parametrize(("rise", "share"), [(1.29, 0.0), (1.31, 100.0)])
def test_gland_enhances_where_it_rises_by_30_percent(rise, share):
    exam = exam_of(phases({**SIGNAL, "gland": (150.0, 150 * rise, 210.0)}))
    assert value("bpe_share", exam) == (share,)
    assert value("bpe_category", exam) == (1.0 if share == 0 else 4.0,)


@pytest.mark.parametrize(("planes", "category"), [(0, 1.0), (3, 2.0), (6, 3.0), (9, 4.0)])
def test_category_goes_by_the_quarter_of_the_gland_that_enhances(planes, category):
    images = phases({**SIGNAL, "gland": (150.0,) * 3, "lesion": (150.0,) * 3})
    for i, j, k in GLANDS:
        images[1][i, j, k.start : k.start + planes] = 200.0
    exam = exam_of(images, lesion=False)
    (share,) = value("bpe_share", exam)
    assert share == pytest.approx(100 * planes / 12, abs=0.5)
    assert value("bpe_category", exam) == (category,)


def test_breasts_of_fat_alone_have_no_background_enhancement():
    exam = exam_of(phases({**SIGNAL, "gland": (50.0,) * 3, "lesion": (50.0,) * 3}))
    assert value("bpe", exam) == (Undefined.EMPTY_REGION,)
    assert value("bpe_category", exam) == (Undefined.EMPTY_REGION,)


def test_shading_left_is_1_where_the_field_was_found_and_all_of_it_where_not():
    field = np.exp(0.012 * (np.arange(SHAPE[0]) - 47.5), dtype=np.float32)[:, None, None]
    even = noisy(phases(), 0.5)
    exam = exam_of([image * field for image in even])
    assert value("shading_corrected", exam) == (Undefined.NOT_CORRECTED,)
    (before,) = numbers("shading", exam)
    (none,) = value("shading_corrected", replace(exam, debiased=exam.triple))
    assert none == pytest.approx(before, rel=1e-5)
    (left,) = numbers("shading_corrected", replace(exam, debiased=exam_of(even).triple))
    assert math.log(left) < 0.15 * math.log(before)  # what the smooth field itself misses
