"""Lung is told from ribs, and from muscle behind bright fat, in profiles drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.prepare.thorax_profile import ThoraxProfile

STEP_MM = 3.0
AIR, THRESHOLD = 24.0, 48.0


def profile(*layers: tuple[int, float], blur=0.8, lung_blur=0.0) -> ThoraxProfile:
    """Layers from back to front: number of samples and signal."""
    signal = np.concatenate([np.full(count, level) for count, level in layers])
    if lung_blur:
        cut = layers[0][0] + 3  # an arch of another width blurs the hindmost border
        signal[:cut] = ndimage.gaussian_filter1d(signal, lung_blur, mode="nearest")[:cut]
    signal = ndimage.gaussian_filter1d(signal, blur, mode="nearest")
    depths = STEP_MM * np.arange(signal.size, dtype=np.float64)
    return ThoraxProfile(depths, np.log(signal + THRESHOLD), THRESHOLD, AIR)


def border_mm(samples: int) -> float:
    """Place of the border behind which there are so many samples."""
    return STEP_MM * (samples - 0.5)


def found(read: ThoraxProfile) -> tuple[float, bool]:
    where = read.thorax()
    return read.center_mm(where), read.lung_behind(where)


def test_behind_bright_fat_the_second_fall_is_the_lung():
    read = profile((12, 40), (7, 135), (15, 540), lung_blur=2.0)
    falls = read.falls
    assert falls[9:14].max() < 0.35 * falls.max()  # far smaller than that to muscle
    place, lung = found(read)
    assert place == pytest.approx(border_mm(12), abs=4)
    assert lung


def test_what_darkens_within_the_lung_is_not_its_front():
    place, _ = found(profile((8, 40), (6, 60), (20, 180)))
    assert place == pytest.approx(border_mm(14), abs=2)


def test_a_fall_too_far_behind_is_none_of_the_chest_wall():
    place, _ = found(profile((8, 40), (14, 135), (12, 540), lung_blur=2.0))
    assert place == pytest.approx(border_mm(22), abs=2)


@pytest.mark.parametrize(
    ("layers", "lung"),
    [
        (((2, 25), (7, 150), (15, 170)), True),  # nearly air
        (((2, 36), (7, 150), (15, 170)), True),  # nearly air but for noise
        (((2, 95), (7, 150), (15, 150)), False),  # ribs
        (((3, 180), (15, 540)), False),  # muscle behind bright fat
    ],
)
def test_where_images_end_only_what_is_nearly_air_is_lung(layers, lung):
    assert found(profile(*layers))[1] is lung


def test_ribs_that_were_passed_tell_the_lung():
    """Heart and vessels leave half the signal behind the lung's front."""
    passed = profile((5, 95), (3, 170), (3, 115), (20, 170))
    plain = profile((5, 95), (26, 170))
    assert found(passed)[1]
    assert not found(plain)[1]


def test_behind_ribs_signal_comes_back():
    place, lung = found(profile((8, 170), (3, 105), (20, 170)))
    assert place == pytest.approx(border_mm(11), abs=2)
    assert not lung


def test_an_empty_profile_has_no_borders():
    empty = ThoraxProfile(
        STEP_MM * np.arange(9, dtype=np.float64), np.full(9, np.nan), THRESHOLD, AIR
    )
    assert empty.sharpness() == 0


@pytest.mark.parametrize("step_mm", [10.0, 30.0, 90.0])
def test_a_profile_coarser_than_a_chest_wall_still_has_a_border(step_mm):
    fine = profile((3, 40), (2, 135), (4, 540))
    coarse = ThoraxProfile(step_mm * np.arange(9, dtype=np.float64), fine.logs, THRESHOLD, AIR)
    assert 0 <= coarse.thorax() < 8
