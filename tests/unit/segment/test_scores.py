"""Agreement of masks: values of two independent programs, closed forms, and what is empty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.segment.scores import Scores, score, soft_dice

SIDE = 40


def mask_of(data: np.ndarray, spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Mask:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Mask(np.asfortranarray(data), Grid(shape, spacing_mm, np.eye(3), (0.0, 0.0, 0.0)))


def cube(low: int, high: int, *, moved: int = 0) -> np.ndarray:
    data = np.zeros((SIDE,) * 3, np.bool_)
    data[low + moved : high + moved, low:high, low:high] = True
    return data


def ball(center: tuple[int, int, int], squared: int) -> np.ndarray:
    at = np.indices((SIDE,) * 3) - np.reshape(center, (3, 1, 1, 1))
    return (at**2).sum(axis=0) <= squared


def rounded(found: Scores) -> tuple[float, ...]:
    values = found.dice, found.hd95_mm, found.assd_mm, found.nsd_1mm, found.nsd_2mm
    return tuple(round(value, 4) for value in values)


FAR = cube(10, 20) | cube(30, 32)
BALLS = ball((20, 20, 20), 81), ball((21, 20, 19), 100)


@pytest.mark.parametrize(
    ("one", "other", "spacing_mm", "expected"),
    [
        (cube(10, 20), cube(10, 20, moved=2), (1, 1, 1), (0.8, 2.0, 0.6885, 0.7213, 1.0)),
        (cube(10, 20), FAR, (1, 1, 1), (0.9960, 0.0, 0.1620, 0.9919, 0.9919)),
        (*BALLS, (1, 1, 1), (0.8373, 2.2361, 1.0468, 0.6005, 0.9108)),
        (*BALLS, (0.7, 0.7, 2.0), (0.8373, 2.8, 0.9183, 0.6845, 0.8860)),
    ],
)
def test_values_are_those_of_monai(one, other, spacing_mm, expected):
    """Reference values: MONAI 1.6.1 with include_background and the same spacing."""
    a, b = mask_of(one, spacing_mm), mask_of(other, spacing_mm)
    assert rounded(score(a, b)) == expected
    assert rounded(score(b, a)) == expected


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_distances_are_those_of_a_distance_transform(seed):
    rng = np.random.default_rng(seed)
    spacing = (0.7, 1.1, 2.0)
    masks = [ndimage.binary_closing(rng.random((14, 12, 9)) < 0.05, iterations=2) for _ in range(2)]
    masks[0][3, 3, 3] = masks[1][5, 5, 5] = True
    surfaces = [mask & ~ndimage.binary_erosion(mask) for mask in masks]
    to = [ndimage.distance_transform_edt(~surface, sampling=spacing) for surface in surfaces]
    there, back = to[1][surfaces[0]], to[0][surfaces[1]]
    found = score(mask_of(masks[0], spacing), mask_of(masks[1], spacing))
    assert found.hd95_mm == pytest.approx(max(np.percentile(there, 95), np.percentile(back, 95)))
    assert found.assd_mm == pytest.approx(np.concatenate([there, back]).mean())
    assert found.nsd_1mm == np.mean(np.concatenate([there, back]) <= 1)


def test_a_mask_agrees_with_itself():
    found = score(mask_of(FAR), mask_of(FAR))
    assert rounded(found) == (1.0, 0.0, 0.0, 1.0, 1.0)
    assert found.detected
    assert (found.false_parts, found.missed_parts) == (0, 0)
    assert (found.volume_error_ml, found.volume_error_percent) == (0.0, 0.0)


def test_nothing_against_nothing_is_undefined():
    found = score(mask_of(cube(0, 0)), mask_of(cube(0, 0)))
    assert found.both_empty
    assert all(map(math.isnan, rounded(found)))
    assert math.isnan(found.volume_error_percent)
    assert not found.detected


@pytest.mark.parametrize("swapped", [False, True])
def test_one_empty_mask_agrees_in_nothing(swapped):
    masks = [mask_of(cube(0, 0)), mask_of(cube(10, 20))]
    found = score(*reversed(masks) if swapped else masks)
    assert (found.dice, found.nsd_1mm, found.nsd_2mm) == (0.0, 0.0, 0.0)
    assert found.hd95_mm == found.assd_mm == math.inf
    assert not found.detected
    assert (found.false_parts, found.missed_parts) == ((1, 0) if swapped else (0, 1))
    assert found.volume_error_ml == (1.0 if swapped else -1.0)


def test_parts_count_from_their_least_volume_on():
    speck, lump = cube(0, 0), cube(0, 0)
    speck[0, 0, :19] = True  # 19 mm3
    lump[0, 0, :20] = True
    reference = mask_of(cube(10, 20))
    assert score(mask_of(cube(10, 20) | speck), reference).false_parts == 0
    assert score(mask_of(cube(10, 20) | lump), reference).false_parts == 1
    assert score(reference, mask_of(cube(10, 20) | lump)).missed_parts == 1


def test_a_touch_is_no_detection():
    touch = cube(10, 20)
    touch[11:] = False  # a tenth of the cube: an IoU of 0.1 exactly
    assert not score(mask_of(touch), mask_of(cube(10, 20))).detected
    touch[11, 10, 10] = True
    assert score(mask_of(touch), mask_of(cube(10, 20))).detected


def test_masks_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="grids"):
        score(mask_of(cube(1, 2)), mask_of(cube(1, 2)[1:]))


@pytest.mark.filterwarnings("ignore:.*always_return_as_numpy")  # of MONAI to itself
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spacing=st.sampled_from([(1, 1, 1), (0.7, 0.7, 2.0)]))
def test_every_score_is_that_of_monai(seed, spacing):
    import torch
    from monai.metrics.hausdorff_distance import compute_hausdorff_distance
    from monai.metrics.meandice import compute_dice
    from monai.metrics.surface_dice import compute_surface_dice
    from monai.metrics.surface_distance import compute_average_surface_distance

    rng = np.random.default_rng(seed)
    masks = [ndimage.binary_closing(rng.random((16, 12, 10)) < 0.06, iterations=2) for _ in "ab"]
    masks[0][3, 3, 3] = masks[1][5, 5, 5] = True
    a, b = (torch.from_numpy(mask.astype(np.float32))[None, None] for mask in masks)
    there: dict[str, Any] = {"include_background": True, "spacing": spacing}
    expected = (
        compute_dice(a, b),
        compute_hausdorff_distance(a, b, percentile=95, **there),
        compute_average_surface_distance(a, b, symmetric=True, **there),
        compute_surface_dice(a, b, [1.0], **there),
        compute_surface_dice(a, b, [2.0], **there),
    )
    found = score(*(mask_of(mask, spacing) for mask in masks))
    values = found.dice, found.hd95_mm, found.assd_mm, found.nsd_1mm, found.nsd_2mm
    for ours, theirs in zip(values, expected, strict=True):
        assert ours == pytest.approx(float(theirs), abs=1e-4)


def volume_of(probability: np.ndarray) -> Volume:
    mask = mask_of(probability > 0)
    return Volume(np.asfortranarray(probability, np.float32), mask.grid)


def test_averaging_the_background_in_turns_half_into_three_quarters():
    """The paper's volume and a lesion of 8.4 mL that is hit by half."""
    reference = np.zeros((200, 200, 132), np.bool_)
    shifted = reference.copy()
    reference[60:80, 60:80, 60:81] = True
    shifted[70:90, 60:80, 60:81] = True
    assert score(mask_of(shifted), mask_of(reference)).dice == 0.5
    found = soft_dice(volume_of(shifted.astype(np.float32)), mask_of(reference))
    assert found.foreground == pytest.approx(0.5)
    assert round(found.with_background, 4) == 0.7496


def test_soft_dice_sets_no_threshold():
    probability = np.where(cube(10, 20), 0.4, 0.0)
    assert score(mask_of(probability > 0.5), mask_of(cube(10, 20))).dice == 0.0
    found = soft_dice(volume_of(probability), mask_of(cube(10, 20)))
    assert found.foreground == pytest.approx(2 * 400 / 1400)


def test_soft_dice_of_nothing_is_one_as_published():
    assert soft_dice(volume_of(cube(0, 0)), mask_of(cube(0, 0))).foreground == 1.0
    with pytest.raises(ValueError, match="grids"):
        soft_dice(volume_of(cube(1, 2)), mask_of(cube(1, 2)[1:]))
