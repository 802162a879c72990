"""Whatever happens to a mask on its way back is recognized and named; the right one is taken."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import MaskCode
from breastdce.core.grid import Grid
from breastdce.review.diagnosis import Diagnosis, diagnose
from breastdce.review.turns import ALL_TURNS, STRAIGHT, in_words
from tests.unit.review.lesions import eroded, grid, grown, lesion
from tests.unit.review.test_turns import inverse

GRID, PARENT = grid(), lesion()
CUBE = (24, 24, 24)


def moved(original: Grid, voxels=(0.0, 0.0, 0.0), **changes) -> Grid:
    """A grid like another, shifted along its own axes."""
    x, y, z = (original.affine[:3] @ [*voxels, 1.0]).tolist()
    facts = {"shape": original.shape, "spacing_mm": original.spacing_mm, **changes}
    return Grid(direction=original.direction, origin_mm=(x, y, z), **facts)


def dice_of(found: Diagnosis) -> float:
    return -1.0 if found.dice is None else found.dice


def place_of(found: Diagnosis) -> float:
    return -1.0 if found.dice_in_place is None else found.dice_in_place


@pytest.mark.parametrize("edit", [lambda mask: mask, eroded, grown])
@pytest.mark.parametrize("turn", ALL_TURNS)
def test_turned_voxels_are_told_and_straight_ones_taken(turn, edit):
    stored = inverse(turn).array(edit(PARENT))
    found = diagnose(GRID, PARENT, stored, moved(GRID, shape=stored.shape))
    assert found.confirmed
    if turn == STRAIGHT:
        assert found.accepted
        return
    assert found.code is MaskCode.VOXELS_TURNED
    assert in_words(turn, GRID.direction) in found.what


@pytest.mark.parametrize("turn", ALL_TURNS[1:])
def test_axes_stored_in_another_order_are_no_accident_but_not_taken(turn):
    back = inverse(turn)
    found = diagnose(GRID, PARENT, back.array(eroded(PARENT)), back.grid(GRID))
    assert found.code is MaskCode.AXES_REORDERED
    assert found.confirmed
    assert in_words(turn, GRID.direction) in found.what
    assert found.dice_in_place == pytest.approx(2 / 3, abs=0.01)  # half of the lesion


@pytest.mark.parametrize("turn", ALL_TURNS[1:])
def test_a_header_that_is_turned_alone_is_told(turn):
    image, parent = grid(CUBE), lesion(CUBE)
    found = diagnose(image, parent, grown(parent), inverse(turn).grid(image))
    assert found.code is MaskCode.HEADER_TURNED
    assert in_words(turn, image.direction) in found.what


@pytest.mark.parametrize("turn", ALL_TURNS)
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 0.8, 2.0)])
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, 1)])  # RAS programs; LPS programs
def test_a_lost_header_is_told_with_how_the_voxels_lie(turn, spacing, signs):
    image = grid(spacing=spacing)
    stored = inverse(turn).array(eroded(PARENT))
    plain = Grid(stored.shape, (1.0, 1.0, 1.0), np.diag(signs).astype(float), (0.0, 0.0, 0.0))
    for claimed in (None, plain):
        found = diagnose(image, PARENT, stored, claimed)
        assert "does not say where" in found.what
        if turn == STRAIGHT:
            assert found.code is MaskCode.GRID_LOST
            assert "in place" in found.what
        else:
            assert found.code is MaskCode.VOXELS_TURNED
            assert in_words(turn, image.direction) in found.what


@pytest.mark.parametrize(
    ("voxels", "words"),
    [
        ((0.5, 0.5, 0.5), "half a voxel: +0.5 mm along i, +0.4 mm along j, +1 mm along k"),
        ((0.0, -0.5, 0.0), "half a voxel: -0.4 mm along j (0.4 mm in all)"),
        ((0.3, 0.0, 0.0), "a part of a voxel: +0.3 mm along i"),
        ((0.0, 0.0, 1.0), "one voxel: +2 mm along k"),
        ((2.0, 0.0, -3.0), "whole voxels: +2 mm along i, -6 mm along k (6.32 mm in all)"),
        ((2.4, 0.0, 0.0), "up to 2.4 voxels: +2.4 mm along i"),
    ],
)
def test_a_shift_is_told_with_its_size(voxels, words):
    image = grid(spacing=(1.0, 0.8, 2.0))
    found = diagnose(image, PARENT, eroded(PARENT), moved(image, voxels))
    assert found.code is MaskCode.GRID_SHIFTED
    assert words in found.what


def test_a_mask_that_moved_with_its_header_overlaps_by_its_header():
    stored = np.roll(PARENT, (6, -4), axis=(1, 2))
    found = diagnose(GRID, PARENT, stored, moved(GRID, (0, -6, 4)))
    assert found.code is MaskCode.GRID_SHIFTED
    assert found.dice_in_place == 1.0
    assert dice_of(found) < 0.5
    header_alone = diagnose(GRID, PARENT, PARENT, moved(GRID, (0, -6, 4)))
    assert header_alone.dice == 1.0
    assert place_of(header_alone) < 0.5


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25])
def test_a_resampled_grid_is_told_with_its_spacing(factor):
    image = grid(spacing=(1.0, 1.0, 1.0))
    shape = tuple(round(size / factor) for size in image.shape)
    at = np.minimum(
        np.indices(shape) * factor + 0.5, np.array(image.shape)[:, None, None, None] - 1
    )
    stored = PARENT[tuple(at.astype(int))]
    found = diagnose(
        image, PARENT, stored, moved(image, shape=shape, spacing_mm=(factor, factor, factor))
    )
    assert found.code is MaskCode.GRID_RESAMPLED
    assert f"{factor:.4g} x {factor:.4g} x {factor:.4g} mm instead of 1 x 1 x 1 mm" in found.what
    assert place_of(found) > 0.7  # nearest voxels, in a lesion of five to eight


def test_a_resampled_grid_of_equal_shape_is_not_taken_for_a_wrong_header():
    claimed = moved(GRID, spacing_mm=(0.9, 0.9, 0.9))
    at = np.minimum(np.rint(np.indices(GRID.shape) * 0.9), 27).astype(int)
    found = diagnose(GRID, PARENT, PARENT[tuple(at)], claimed)
    assert found.code is MaskCode.GRID_RESAMPLED
    assert place_of(found) > dice_of(found)


@pytest.mark.parametrize(
    ("spacing", "edit", "words"),
    [
        ((1.0, 1.0, 2.0), lambda mask: mask, "the header alone is wrong"),
        ((10.0, 10.0, 10.0), eroded, "the header alone is wrong"),
        ((0.97, 1.0, 1.0), eroded, "Whether its voxels have moved with it cannot be told"),
    ],
)
def test_a_changed_spacing_is_told(spacing, edit, words):
    found = diagnose(GRID, PARENT, edit(PARENT), moved(GRID, spacing_mm=spacing))
    assert found.code is MaskCode.SPACING_CHANGED
    assert words in found.what
    assert "instead of 1 x 1 x 1 mm" in found.what


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (
            (slice(1, 13), slice(2, 14), slice(3, 17)),
            "cut out of it and begins at its voxel (1, 2, 3)",
        ),
        (
            (slice(0, 20), slice(0, 24), slice(0, 27)),
            "cut out of it and begins at its voxel (0, 0, 0)",
        ),
    ],
)
def test_a_cut_out_is_told_with_its_place(window, words):
    found = diagnose(GRID, PARENT, PARENT[window], GRID.cropped(window))
    assert found.code is MaskCode.SHAPE_OTHER
    assert words in found.what
    assert found.dice_in_place == 1.0


def test_a_padded_mask_is_told():
    stored = np.pad(PARENT, ((1, 2), (0, 0), (0, 0)))
    found = diagnose(GRID, PARENT, stored, moved(GRID, (-1, 0, 0), shape=stored.shape))
    assert found.code is MaskCode.SHAPE_OTHER
    assert "reaches beyond it and begins at its voxel (-1, 0, 0)" in found.what


def test_a_lost_header_with_another_shape_is_of_another_shape():
    found = diagnose(GRID, PARENT, PARENT[:-1], None)
    assert found.code is MaskCode.SHAPE_OTHER
    assert "19 x 24 x 28" in found.what
    assert found.dice is None
    assert found.dice_in_place is None


@pytest.mark.parametrize("degrees", [0.1, 5.0, 45.0])
def test_a_tilt_is_told_in_degrees(degrees):
    tilted = grid(tilt=0.2 + np.radians(degrees)).direction
    found = diagnose(
        GRID, PARENT, PARENT, Grid(GRID.shape, GRID.spacing_mm, tilted, GRID.origin_mm)
    )
    assert found.code is MaskCode.GRID_TILTED
    assert f"tilted by {degrees:.3g} degrees" in found.what


def test_rounded_headers_are_taken():
    # Six digits of text, as some writers give; float32, as NIfTI holds.
    x, y, z = (float(f"{value:.6g}") for value in GRID.origin_mm)
    direction = GRID.direction.astype(np.float32).astype(np.float64)
    assert diagnose(
        GRID, PARENT, PARENT, Grid(GRID.shape, (1.0, 1.0, 1.000001), direction, (x, y, z))
    ).accepted


@pytest.mark.parametrize(
    "dtype", [bool, np.uint8, np.int16, np.uint16, np.int64, np.float32, np.float64]
)
def test_a_mask_of_any_type_is_taken(dtype):
    found = diagnose(GRID, PARENT, eroded(PARENT).astype(dtype), moved(GRID))
    assert found.accepted
    assert found.dice == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_an_empty_mask_is_told(dtype):
    # 3D Slicer saves an empty segmentation as one voxel.
    for shape in (GRID.shape, (1, 1, 1)):
        assert diagnose(GRID, PARENT, np.zeros(shape, dtype), None).code is MaskCode.MASK_EMPTY


def test_fractions_are_told_with_some_of_them():
    stored = PARENT * np.float32(0.5)
    stored[0, 0, 0] = np.nan
    stored[0, 0, 1] = 1.0
    found = diagnose(GRID, PARENT, stored, moved(GRID))
    assert found.code is MaskCode.MASK_VALUES
    assert f"{np.count_nonzero(PARENT) + 1} voxels hold values that are not whole" in found.what
    assert "0.5" in found.what
    assert "nan" in found.what


def test_an_image_is_told_from_labels():
    image = np.arange(GRID.shape[0])[:, None, None] * np.ones(GRID.shape)
    found = diagnose(GRID, PARENT, image.astype(np.int16), moved(GRID))
    assert found.code is MaskCode.MASK_VALUES
    assert "whole numbers other than 0 and 1 (2, 3, 4, 5, 6 and 13 more)" in found.what


def test_label_2_alone_is_told():
    found = diagnose(GRID, PARENT, PARENT * np.uint8(2), moved(GRID), {2: "lesion"})
    assert found.code is MaskCode.MASK_LABELS
    voxels = np.count_nonzero(PARENT)
    assert f"no label 1; it has label 2 (lesion) in {voxels} voxels" in found.what


def test_labels_beside_1_are_told():
    stored = PARENT.astype(np.int16)
    stored[0, 0, :3] = 7
    stored[0, 1, 0] = -1
    found = diagnose(GRID, PARENT, stored, moved(GRID))
    assert found.code is MaskCode.MASK_LABELS
    assert "other labels beside 1: label 1 in" in found.what
    assert "-1 in 1 voxel, 7 in 3 voxels" in found.what


def test_an_empty_start_is_taken_by_the_header_and_says_so():
    nothing = np.zeros(GRID.shape, dtype=bool)
    found = diagnose(GRID, nothing, PARENT, moved(GRID))
    assert found.accepted
    assert not found.confirmed
    assert "the start mask is empty" in found.what
    assert diagnose(GRID, nothing, PARENT, None).code is MaskCode.GRID_LOST


def test_a_lesion_drawn_elsewhere_is_taken_by_the_header():
    elsewhere = np.zeros(GRID.shape, dtype=bool)
    elsewhere[14:18, 16:20, 18:22] = True
    found = diagnose(GRID, PARENT, elsewhere, moved(GRID))
    assert found.accepted
    assert not found.confirmed
    assert "cannot be told" in found.what


def test_a_symmetric_start_is_never_guessed_about():
    image = grid(CUBE)
    ball = np.sum((np.indices(CUBE) - 11.5) ** 2, axis=0) <= 36
    taken = diagnose(image, ball, ball, moved(image))
    assert taken.accepted
    assert not taken.confirmed
    assert "48 turns remain possible" in taken.what
    lost = diagnose(image, ball, ball, None)
    assert lost.code is MaskCode.GRID_LOST
    assert "48 turns remain possible" in lost.what
    assert "in place" not in lost.what


def test_a_turn_that_a_symmetry_leaves_open_is_named_with_its_twin():
    parent = np.zeros(CUBE, dtype=bool)
    parent[2:6, 10:14, 8:16] = True  # its own mirror image along j and k
    found = diagnose(grid(CUBE), parent, parent[::-1], moved(grid(CUBE)))
    assert found.code is MaskCode.TURN_UNCLEAR
    assert "axis i is reversed" in found.what
    assert found.what.count("; or ") == 3


def test_the_diagnosis_is_a_record():
    found = diagnose(GRID, PARENT, PARENT, moved(GRID, (0.5, 0, 0)))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Diagnosis) == found
    assert found.image == GRID.describe()
    assert found.mask != found.image


@st.composite
def cases(draw):
    """A grid, a parent, an edit of up to a third of it, and a turn."""
    shape = draw(st.sampled_from([(16, 17, 18), (16, 16, 18), (17, 17, 17)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    axes = draw(st.permutations((0, 1, 2)))
    image = grid(shape, tuple(rng.uniform(0.5, 2.5, 3)), tilt=rng.uniform(-0.7, 0.7), axes=axes)
    parent = np.zeros(shape, dtype=bool)
    parent[1:7, 2:7, 1:5] = rng.random((6, 5, 4)) < 0.6
    parent[1, 2, 1] = True
    inside = np.argwhere(parent)
    gone = rng.permutation(inside)[: rng.integers(0, len(inside) // 3 + 1)]
    edited = parent.copy()
    edited[tuple(gone.T)] = False
    return image, parent, edited, draw(st.sampled_from(ALL_TURNS))


@given(cases(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_nothing_but_the_right_grid_is_taken(case, with_header):
    image, parent, edited, turn = case
    stored = inverse(turn).array(edited)
    claimed = moved(image, shape=stored.shape) if with_header else None
    found = diagnose(image, parent, stored, claimed)
    assert found.accepted == (turn == STRAIGHT and with_header)
    if found.code is MaskCode.VOXELS_TURNED:
        assert in_words(turn, image.direction) in found.what


@given(
    st.tuples(*[st.floats(-1.5, 1.5)] * 3),
    st.tuples(*[st.sampled_from([1.0, 0.5, 1.02, 2.0])] * 3),
)
@settings(max_examples=100, deadline=None)
def test_no_grid_apart_from_the_image_is_taken(shift, factors):
    spacing = tuple(np.multiply(GRID.spacing_mm, factors).tolist())
    claimed = moved(GRID, shift, spacing_mm=spacing)
    apart = GRID.apart_mm(claimed)
    assert diagnose(GRID, PARENT, PARENT, claimed).accepted == (apart <= 0.01)
