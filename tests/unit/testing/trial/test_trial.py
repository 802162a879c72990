"""Generated exams: every byte follows from the seed, and the arrays are what the facts say."""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.volume import Volume
from breastdce.prepare.zscore import ZscoreParams, zscore
from breastdce.testing.definitions import pooled_zscore
from breastdce.testing.trial import LearningExam, Matter, learning_cohort, learning_exam
from breastdce.testing.trial.body import Body
from breastdce.testing.trial.canvas import blank
from breastdce.testing.trial.description import ExamDescription
from breastdce.testing.trial.draw import draw_exam, equivalent_radius_mm
from breastdce.testing.trial.exam import exam_grid
from breastdce.testing.trial.frame import Frame, cover, field, whole
from breastdce.testing.trial.scan import draw_moves, scan, shifted
from breastdce.testing.trial.tumor import paint_tumor

SHAPE = (80, 72, 64)
SEED = 11


@pytest.fixture(scope="module")
def exams() -> list[LearningExam]:
    return list(learning_cohort(SEED, 8, SHAPE))


def digest(exam: LearningExam) -> str:
    parts = (exam.images, exam.label, exam.breast, exam.tissue)
    text = hashlib.sha256(msgspec.json.encode(exam.facts))
    for part in parts:
        text.update(np.ascontiguousarray(part).tobytes())
    return text.hexdigest()


def description(seed: int, shape: tuple[int, int, int] = SHAPE) -> ExamDescription:
    return draw_exam(np.random.default_rng(seed), shape)


def frame_of(what: ExamDescription, shape: tuple[int, int, int] = SHAPE) -> Frame:
    return whole(exam_grid(what, shape))


def test_same_bytes_in_any_order_and_others_for_another_seed(exams: list[LearningExam]) -> None:
    again = [learning_exam(SEED, index, SHAPE) for index in (3, 0)]
    assert [digest(exam) for exam in again] == [digest(exams[3]), digest(exams[0])]
    other = learning_exam(SEED + 1, 0, SHAPE)
    assert len({digest(exam) for exam in [*exams, other]}) == len(exams) + 1


def test_arrays_are_what_a_network_is_fed(exams: list[LearningExam]) -> None:
    for exam in exams:
        assert exam.images.shape == (3, *SHAPE)
        assert exam.images.dtype == np.float32
        assert exam.images.flags.c_contiguous
        assert exam.label.shape == exam.breast.shape == exam.tissue.shape == SHAPE
        assert exam.label.dtype == exam.breast.dtype == np.bool_
        assert np.isfinite(exam.images).all()
        assert exam.grid.spacing_mm == (1.0, 1.0, 1.0)


def test_moments_of_all_phases_together_are_0_and_1(exams: list[LearningExam]) -> None:
    for exam in exams:
        assert abs(exam.images.mean(dtype=np.float64)) < 1e-5
        assert abs(exam.images.std(dtype=np.float64) - 1) < 1e-5
        assert abs(exam.images[0].mean(dtype=np.float64)) > 1e-3  # not phase by phase


def test_the_zscore_is_the_one_of_the_main_job() -> None:
    raw = np.random.default_rng(1).gamma(2.0, 50.0, (3, 9, 8, 7)).astype(np.float32)
    grid = whole(exam_grid(description(1), (9, 8, 7))).grid
    ours = zscore([Volume(phase, grid) for phase in raw], ZscoreParams())
    np.testing.assert_allclose(
        pooled_zscore(raw), np.stack([phase.data for phase in ours.phases]), atol=2e-6
    )


def test_labels_lie_in_the_breast_and_have_the_volume_of_the_facts(
    exams: list[LearningExam],
) -> None:
    for exam in exams:
        assert not (exam.label & ~exam.breast).any()
        assert exam.facts.volume_ml == exam.label.sum() / 1000
        assert 0.25 <= exam.facts.volume_ml <= 44
        drawn = exam.facts.description.lesion.volume_ml
        assert exam.facts.volume_ml <= 1.1 * drawn + 0.3  # small parts have at least 0.06 mL


def test_what_enhances_beside_the_tumor_is_not_labeled(exams: list[LearningExam]) -> None:
    decoys = (Matter.VESSEL, Matter.NODE, Matter.FOCUS)
    enhancing = 0
    for exam in exams:
        beside = np.isin(exam.tissue, decoys) & ~exam.label
        rise = exam.images[1] - exam.images[0]
        typical = np.median(rise[exam.label])
        enhancing += int((beside & (rise > 0.5 * typical)).sum())
        still = exam.facts.description.scanner.motion_mm[0] == 0
        if still:
            assert not (exam.label & np.isin(exam.tissue, decoys)).any()
    assert enhancing > 300


@pytest.mark.slow
def test_no_threshold_of_enhancement_finds_the_tumors() -> None:
    """Tumors enhance more than fat, and one threshold for all exams is still a poor reader.

    Of few exams all may be easy, as the eight of SEED are. These are the 24 of the documentation.
    """
    exams = list(learning_cohort(1, 24, (96, 96, 96)))

    def dice(level: float) -> float:
        found = [((e.images[1] - e.images[0] >= level) & e.breast, e.label) for e in exams]
        return float(np.mean([2 * (f & t).sum() / (f.sum() + t.sum()) for f, t in found]))

    best = max(dice(level) for level in np.arange(0.3, 6, 0.3))
    assert 0.2 < best < 0.8
    for exam in exams:
        rise = exam.images[1] - exam.images[0]
        assert np.median(rise[exam.label]) > np.median(rise[exam.tissue == Matter.FAT])


def test_tissue_moves_between_phases_and_not_without_motion() -> None:
    what = description(3)
    frame = frame_of(what)
    signal = blank(SHAPE).signal + np.abs(field(frame, np.random.default_rng(2), (4, 4, 4))) + 1
    calm = msgspec.structs.replace(
        what.scanner,
        noise=0.02,
        gain=1.0,
        drift=0.0,
        shading=0.1,
        motion_mm=(0.0, 0.0),
        slice_mm=1.0,
    )
    restless = msgspec.structs.replace(calm, motion_mm=(0.0, 2.5))
    change = {}
    for name, scanner in (("calm", calm), ("restless", restless)):
        rng = np.random.default_rng(4)
        moves = draw_moves(frame, scanner, rng)
        pre, early, late = scan(signal, frame, scanner, moves, rng)
        change[name] = [float(np.abs(phase - pre).mean()) for phase in (early, late)]
    assert change["restless"][1] > 3 * change["calm"][1]
    assert change["restless"][0] < 1.2 * change["calm"][0]


def test_a_shift_brings_tissue_where_it_says() -> None:
    frame = frame_of(description(5))
    spot = np.zeros(SHAPE, np.float32)
    spot[40, 36, 30] = 1
    step = np.array([3.0, -2.0, 1.0]) @ frame.grid.direction.T

    moved = shifted(spot, frame, (lambda at: np.broadcast_to(step, at.shape),))
    assert moved[43, 34, 31] == moved.max()
    assert moved.max() > 0.99


def test_thick_slices_blur_across_them_and_nowhere_else() -> None:
    what = description(6)
    frame = frame_of(what)
    signal = np.ones((3, *SHAPE), np.float32)
    signal[:, :, :, 30] = 21.0  # one bright plane in the slice
    still = msgspec.structs.replace(
        what.scanner, noise=0.02, shading=0.1, corrected=1.0, blur_mm=0.3, motion_mm=(0.0, 0.0)
    )
    heights = []
    for thick in (1.0, 4.0):
        scanner = msgspec.structs.replace(still, slice_mm=thick)
        image = scan(signal, frame, scanner, ((), ()), np.random.default_rng(7))[0]
        heights.append(float(np.median(image[:, :, 29:32].max(axis=2))))
    assert heights[0] == pytest.approx(21, rel=0.05)
    # A quarter of the plane; voxel 29 lies 0.5 mm beside the center of the slice of 4 mm.
    assert heights[1] == pytest.approx(1 + 20 / 4 * (1 - 0.5 / 4), rel=0.05)
    sideways = np.ones((3, *SHAPE), np.float32)
    sideways[:, 30] = 21.0
    scanner = msgspec.structs.replace(still, slice_mm=4.0)
    image = scan(sideways, frame, scanner, ((), ()), np.random.default_rng(7))[0]
    assert float(np.median(image[30])) > 15


@pytest.mark.parametrize("kind", ["round", "oval", "lobulated", "irregular", "spiculated"])
def test_a_tumor_has_the_volume_that_was_drawn(kind: str) -> None:
    what = description(8)
    frame = frame_of(what)
    middle = tuple(float(line.mean()) for line in (frame.x, frame.y, frame.z))
    lesion = msgspec.structs.replace(
        what.lesion, kind=kind, center_mm=middle, volume_ml=5.0, satellites=0, further=0
    )
    free = np.full(SHAPE, -50, np.float32)
    body = Body(skin=free, wall=-free, trunk=free)
    rng = np.random.default_rng(9)
    label = paint_tumor(blank(SHAPE), frame, body, lesion, what.scanner, rng)
    assert label.sum() == pytest.approx(5000, abs=5)


def test_parts_of_a_tumor_stay_within_2_cm() -> None:
    from scipy import ndimage

    seen = 0
    for index in range(8):
        what = description(20 + index, (96, 96, 96))
        lesion = msgspec.structs.replace(what.lesion, kind="round", satellites=3, volume_ml=2.0)
        frame = frame_of(what, (96, 96, 96))
        free = np.full((96, 96, 96), -50, np.float32)
        rng = np.random.default_rng(index)
        body = Body(free, -free, free)
        canvas = blank((96, 96, 96))
        label = paint_tumor(canvas, frame, body, lesion, what.scanner, rng)
        parts, count = ndimage.label(label)
        sizes = np.bincount(parts.ravel())[1:]
        away = ndimage.distance_transform_edt(parts != sizes.argmax() + 1)
        for part in range(1, count + 1):
            assert away[parts == part].min() < 20
        seen += count
    assert seen > 16


def test_a_wide_axial_field_sees_both_breasts() -> None:
    wide = (320, 96, 32)
    index = next(n for n in range(20) if description_of(3, n, wide).scanner.two_sided)
    exam = learning_exam(3, index, wide)
    right = exam.grid.origin_mm[0] - np.arange(wide[0]) > 0
    assert exam.breast[right].any()
    assert exam.breast[~right].any()


def description_of(seed: int, index: int, shape: tuple[int, int, int]) -> ExamDescription:
    words = np.random.SeedSequence([seed, index, 0])
    return draw_exam(np.random.Generator(np.random.Philox(words)), shape)


def test_a_field_too_small_for_a_tumor_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        learning_exam(1, 0, (6, 6, 6))
    assert caught.value.code is ErrorCode.CALL_INVALID


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(48, 48, 48), (96, 96, 96), (320, 200, 160)]))
def test_every_draw_is_within_its_bounds(seed: int, shape: tuple[int, int, int]) -> None:
    what = description(seed, shape)
    assert msgspec.convert(msgspec.to_builtins(what), ExamDescription) == what
    early, late = what.scanner.times_s
    assert 40 < early < late < 600
    grid = exam_grid(what, shape)
    index = np.subtract(what.lesion.center_mm, grid.origin_mm) @ grid.direction
    assert (index >= 0).all()
    assert (index < shape).all()


@given(st.floats(0.3, 40))
def test_the_equivalent_ball_has_the_volume(volume: float) -> None:
    assert 4 / 3 * np.pi * equivalent_radius_mm(volume) ** 3 == pytest.approx(1000 * volume)


def test_fields_are_standard_and_as_smooth_as_asked() -> None:
    frame = frame_of(description(1))
    for scale in (2.0, 6.0):
        noise = field(frame, np.random.default_rng(3), (scale,) * 3)
        assert abs(float(noise.mean())) < 0.15
        assert float(noise.std()) == pytest.approx(1, abs=0.2)
        step = float(np.diff(noise, axis=0).std() / noise.std())
        assert step == pytest.approx(1 / (scale * np.sqrt(2)), rel=0.35)


def test_cover_is_a_ramp_as_wide_as_a_voxel() -> None:
    distance = np.array([-1, -0.25, 0, 0.25, 1], np.float32)
    assert cover(distance).tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]
