"""Inputs of the trust score against closed forms on balls of 1 mm voxels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.exam import Triple
from breastdce.core.volume import Mask
from breastdce.segment.trust_inputs import BREAST, KINETICS, SHAPE, measure
from tests.unit.segment.made_tumor import SIZE, ball, images, made_grid


def joined(*masks: Mask) -> Mask:
    return Mask(np.logical_or.reduce([one.data for one in masks]), masks[0].grid)


def test_a_perfect_mask_of_a_clear_ball_has_nothing_against_it():
    tumor = ball()
    found = measure(images(tumor.data), tumor)
    assert set(found) == {*SHAPE, *KINETICS}
    for name in ("parts", "small", "large", "at_edge", "dim", "no_contrast", "left_out", "mixed"):
        assert found[name] == 0, name
    assert found["faint"] == 0
    assert found["unround"] < 0.05  # a digital ball has 1.5 times the surface in faces
    assert found["thin"] < 0.05
    assert found["too_large"] < 0.1
    assert found["too_small"] == 0


def test_volumes_are_counted_in_doublings():
    tiny = ball(radius=3.0)
    voxels = int(tiny.data.sum())
    assert measure(images(tiny.data), tiny)["small"] == pytest.approx(math.log2(1000 / voxels))
    huge = Mask(np.ones((SIZE, SIZE, SIZE), bool, order="F"), made_grid())
    huge.data[:2] = False
    found = measure(images(huge.data), huge)
    assert found["large"] == pytest.approx(math.log2(54 * SIZE**2 / 100_000))
    assert found["at_edge"] == pytest.approx(1 - 52 * 52 / (54 * 56) * 52 / 56, abs=1e-9)


def test_a_flat_sheet_is_thin_and_not_round():
    sheet = Mask(np.zeros((SIZE,) * 3, bool, order="F"), made_grid())
    sheet.data[10:40, 10:40, 20:22] = True
    found = measure(images(sheet.data), sheet)
    assert found["thin"] == 1
    area, volume = 2 * 900 + 4 * 60, 1800
    ball_area = math.pi ** (1 / 3) * (6 * volume) ** (2 / 3)
    assert found["unround"] == pytest.approx(1 - 1.5 * ball_area / area)


def test_parts_are_counted_and_specks_are_not():
    two = joined(ball((14.0, 28.0, 28.0), 6.0), ball((42.0, 28.0, 28.0), 6.0))
    two.data[28, 50, 28] = True  # 0.001 mL
    assert measure(images(two.data), two)["parts"] == 1


def test_early_enhancement_below_seventy_percent_is_dim():
    tumor = ball()
    assert measure(images(tumor.data, rise=0.69), tumor)["dim"] == 1
    assert measure(images(tumor.data, rise=0.71), tumor)["dim"] == 0


def test_a_mask_that_is_too_small_sees_the_tumor_around_it():
    tumor, core = ball(radius=14.0), ball(radius=6.0)
    found = measure(images(tumor.data), core)
    assert found["too_small"] == 0  # nothing around it is different: there is no halfway
    assert found["no_contrast"] == 1
    nearly = measure(images(ball(radius=11.0).data), ball(radius=7.5))
    assert nearly["too_small"] > 0.9
    assert nearly["too_large"] < 0.05


def test_a_mask_that_is_too_large_holds_what_does_not_enhance():
    tumor, wide = ball(radius=10.0), ball(radius=12.0)
    found = measure(images(tumor.data), wide)
    assert found["too_large"] > 0.8
    assert found["dim"] == pytest.approx(1 - (10 / 12) ** 3, abs=0.02)
    assert found["too_small"] == 0


def test_what_enhances_nearby_and_was_left_out_is_measured_against_the_mask():
    one, other = ball((16.0, 28.0, 28.0), 6.0), ball((35.0, 28.0, 28.0), 6.0)
    both = joined(one, other)
    found = measure(images(both.data), one)
    assert found["left_out"] == pytest.approx(1.0, abs=0.1)  # as much again, up to 20 mm away
    half = np.zeros_like(both.data)
    half[:28] = True  # the breasts hold the first only
    known = measure(images(both.data), one, half)
    assert known["left_out"] == found["left_out"]
    assert known["left_in_breast"] == 0


def test_kinetics_that_differ_from_voxel_to_voxel_are_mixed():
    tumor = ball()
    phases = images(tumor.data)
    late = phases.post2.data.copy(order="F")
    late[28:] /= 2  # SER 2 in one half, 1 in the other
    mixed = Triple(phases.pre, phases.post1, phases.post2.with_data(late))
    assert measure(mixed, tumor)["mixed"] == pytest.approx(1.0)


def test_a_mask_elsewhere_is_faint():
    tumor, elsewhere = ball((12.0, 28.0, 28.0), 6.0), ball((44.0, 28.0, 28.0), 6.0)
    phases = images(tumor.data)
    brighter = phases.pre.data.copy(order="F")
    brighter[:20] += 0.5  # tissue, less than half of the field
    assert measure(phases, elsewhere)["dim"] == 1
    phases = Triple(
        phases.pre.with_data(brighter),
        phases.post1.with_data(phases.post1.data + (brighter - phases.pre.data)),
        phases.post2,
    )
    share = tumor.data[::3, ::3, ::3].sum() / (brighter[::3, ::3, ::3] > 0).sum()
    assert measure(phases, elsewhere)["faint"] == pytest.approx(share)


def test_the_place_in_the_breast():
    tumor = ball(radius=8.0)
    breast = np.zeros_like(tumor.data)
    breast[:28] = True
    found = measure(images(tumor.data), tumor, breast)
    assert set(BREAST) < set(found)
    outside = tumor.data[28:].sum() / tumor.data.sum()
    assert found["outside"] == pytest.approx(outside)
    assert found["at_border"] == pytest.approx(tumor.data[25:28].sum() / tumor.data.sum())


@settings(max_examples=12, deadline=None)
@given(
    center=st.tuples(*[st.floats(14, 26)] * 3),
    radius=st.floats(2.5, 9),
    gain=st.floats(0.1, 20),
    axis=st.integers(0, 2),
)
def test_neither_the_unit_of_signal_nor_the_direction_of_an_axis_matters(
    center, radius, gain, axis
):
    size = 40
    rng = np.random.default_rng(1)
    tumor = ball(center, radius, size)
    phases = images(tumor.data)
    noise = rng.normal(0, 0.3, (size,) * 3).astype(np.float32)
    early = phases.post1.with_data(np.maximum(phases.post1.data + noise, -1))
    one = measure(Triple(phases.pre, early, phases.post2), tumor)
    turned = [np.flip(image.data, axis) * np.float32(gain) for image in (phases.pre, early)]
    late = np.flip(phases.post2.data, axis) * np.float32(gain)
    other = measure(
        Triple(*(phases.pre.with_data(np.asfortranarray(data)) for data in (*turned, late))),
        Mask(np.asfortranarray(np.flip(tumor.data, axis)), tumor.grid),
    )
    for name in one:
        if name != "faint":  # of every third voxel
            assert other[name] == pytest.approx(one[name], abs=0.02), name
