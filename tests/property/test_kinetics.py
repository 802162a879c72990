"""What must hold for any images, not only for those of the unit tests."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from breastdce.core.exam import Region, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.imaging.components import connected_parts
from breastdce.kinetics.enhancement import percent_values, ratio_values
from breastdce.kinetics.ftv import FtvResult, functional_tumor_volume, has_neighbors
from breastdce.kinetics.roi import polygon_plane, whole
from breastdce.kinetics.thresholds import FtvParams

SHAPE = (6, 5, 4)
SIGNALS = hnp.arrays(np.uint16, (3, *SHAPE), elements=st.integers(0, 60))
FEW = settings(max_examples=60, deadline=None)


def ftv(signals: np.ndarray, neighbors: int = 3) -> FtvResult:
    shape = (signals.shape[1], signals.shape[2], signals.shape[3])
    grid = Grid(shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    images = [Volume(np.asfortranarray(s, dtype=np.float32), grid) for s in signals]
    region = Region(
        source=VoiSource.TABLE,
        voi=whole(grid),
        background=8,
        pe_percent=70.0,
        min_neighbors=neighbors,
    )
    return functional_tumor_volume(Triple(*images), region, FtvParams())


@FEW
@given(SIGNALS)
def test_steps_shrink_classes_add_up_and_maps_agree_with_the_mask(signals: np.ndarray):
    result = ftv(signals)
    steps, kinetics = result.report.whole, result.report.kinetics
    assert steps.tissue >= steps.enhancing >= steps.candidates >= steps.supported
    assert sum(kinetics.classes) == steps.supported
    assert kinetics.persistent + kinetics.plateau + kinetics.washout == steps.supported
    assert kinetics.classes[0] == kinetics.persistent
    np.testing.assert_array_equal(result.ser_stored > 0, result.mask.data)
    assert np.all(result.pe_stored[result.mask.data] >= 70)
    assert not np.any(result.pe_stored[~result.tissue.data])


@FEW
@given(SIGNALS, st.sets(st.sampled_from([1, 2, 3])))
def test_flipping_axes_flips_the_result(signals: np.ndarray, flipped: set[int]):
    axes = tuple(flipped)
    turned = ftv(np.flip(signals, axes))
    np.testing.assert_array_equal(
        turned.mask.data, np.flip(ftv(signals).mask.data, tuple(axis - 1 for axis in axes))
    )


@FEW
@given(SIGNALS, st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)))
def test_away_from_the_border_a_shift_by_whole_voxels_changes_no_count(
    signals: np.ndarray, shift: tuple[int, int, int]
):
    def placed(at: tuple[int, int, int]) -> FtvResult:
        canvas = np.full((3, 12, 11, 10), 20, np.uint16)
        i, j, k = at
        canvas[:, i : i + 6, j : j + 5, k : k + 4] = signals
        return ftv(canvas)

    assert placed(shift).report.whole == placed((1, 1, 1)).report.whole


@FEW
@given(SIGNALS)
def test_undefined_is_nan_and_nothing_is_infinite(signals: np.ndarray):
    pre, early, late = signals
    percent, ratio = percent_values(pre, early), ratio_values(pre, early, late)
    np.testing.assert_array_equal(np.isnan(percent), pre == 0)
    np.testing.assert_array_equal(np.isnan(ratio), (pre == 0) | (late == pre))
    assert not np.isinf(percent).any()
    assert not np.isinf(ratio).any()


@FEW
@given(SIGNALS)
def test_unsigned_and_signed_input_give_the_same(signals: np.ndarray):
    signed = signals.astype(np.int32)
    np.testing.assert_array_equal(ratio_values(*signals), ratio_values(*signed))


@FEW
@given(hnp.arrays(np.bool_, SHAPE), st.integers(0, 26))
def test_neighbors_equal_a_brute_force_count(candidates: np.ndarray, least: int):
    padded = np.pad(candidates, 1, mode="edge").astype(int)
    counts = np.array(
        [
            padded[i : i + 3, j : j + 3, k : k + 3].sum() - padded[i + 1, j + 1, k + 1]
            for i, j, k in np.ndindex(SHAPE)
        ]
    ).reshape(SHAPE)
    np.testing.assert_array_equal(
        has_neighbors(np.asfortranarray(candidates), least), counts >= least
    )


COORDINATE = st.integers(-12, 60).map(lambda n: n / 4)


@FEW
@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=8))
def test_a_polygon_equals_crossings_counted_point_by_point(vertices: list[tuple[float, float]]):
    plane = polygon_plane(tuple(vertices), 12, 10)
    for a, b in np.ndindex(12, 10):
        x, y = a + 0.5, b + 0.5
        crossings = 0
        for index, (x0, y0) in enumerate(vertices):
            x1, y1 = vertices[index - 1]
            if min(y0, y1) <= y < max(y0, y1):
                # The side of the edge by its cross product: no division to round.
                side = (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)
                crossings += side * (y1 - y0) < 0
        assert plane[a, b] == bool(crossings % 2)


@FEW
@given(hnp.arrays(np.bool_, SHAPE), st.sampled_from([6, 18, 26]))
def test_parts_cover_the_mask_and_their_sizes_add_up(data: np.ndarray, connectivity: int):
    parts = connected_parts(np.asfortranarray(data), connectivity)  # type: ignore[arg-type]
    np.testing.assert_array_equal(parts.labels > 0, data)
    assert (
        parts.sizes.tolist()
        == np.bincount(parts.labels.ravel(), minlength=parts.count + 1)[1:].tolist()
    )
    assert sorted(parts.sizes.tolist(), reverse=True) == parts.sizes.tolist()
