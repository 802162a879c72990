"""The numbers behind the scores, where they can be known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import Dynamic
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.qc.detectors import (
    bright_outside,
    clipping,
    ghost,
    laterality,
    phase_copy,
    phase_order,
    spike,
    wrap,
    zipper,
)
from breastdce.qc.detectors._signal import axis_word, end_word, fine, mismatch, number_words
from breastdce.qc.exam import QcExam
from tests.unit.qc.detectors.made_up import AXIAL, body_phases, exam_of, facts


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 10, shape).astype(np.float32)


def test_ends_of_axes_are_named_by_the_body(clean):
    grid = exam_of(clean).grid
    assert [axis_word(grid, axis) for axis in range(3)] == [
        "right to left",
        "front to back",
        "feet to head",
    ]
    assert end_word(grid, 1, last=False) == "front"
    assert number_words(range(3)) == "0, 1, 2"
    assert number_words(range(8)) == "0, 1, 2, 3, 4, 5 and 2 more"


def test_fine_structure_of_a_plane_is_nothing():
    i, j, _ = np.meshgrid(np.arange(9), np.arange(8), np.arange(3), indexing="ij")
    assert fine((2 * i - 3 * j + 7).astype(np.float32)) == pytest.approx(0, abs=1e-4)


def test_mismatch_is_nothing_for_a_copy_and_all_for_the_unlike():
    one = noise((40, 40))
    assert mismatch(one, 3 * one) == pytest.approx(0, abs=2e-3)
    mixed = (0.6 * one + 0.8 * noise((40, 40), 1)).astype(np.float32)
    assert mismatch(one, mixed) == pytest.approx(0.8, abs=0.04)
    assert np.isnan(mismatch(one, 0 * one))


@pytest.mark.parametrize(("cycles", "wave_mm"), [((12, 0), 8.0), ((0, 20), 5.4), ((9, 12), 6.9)])
def test_a_plane_wave_is_named_by_its_length(cycles, wave_mm, clean):
    i, j = np.meshgrid(np.arange(64), np.arange(72), indexing="ij")
    phases = [phase.copy() for phase in clean]
    turn = 2 * np.pi * (cycles[0] * i / 64 + cycles[1] * j / 72)
    phases[1][:, :, 9] += (40 * np.cos(turn)).astype(np.float32)
    finding = spike.find(exam_of(phases))
    assert finding.score >= spike.DETECTOR.threshold
    assert finding.phases == (1,)
    assert finding.voxel is not None
    assert finding.voxel[2] == 9
    assert f"Stripes {wave_mm:.1f} mm apart" in finding.words


@pytest.mark.parametrize("detector", [wrap, zipper])
def test_coarse_voxels_tell_nothing(detector, clean):
    fine_exam = exam_of(clean)
    grid = Grid(fine_exam.grid.shape, (3.6, 3.6, 7.0), AXIAL, (0.0, 0.0, 0.0))
    volumes = tuple(Volume(phase.data, grid) for phase in fine_exam.native.phases)
    exam = QcExam(Dynamic(volumes), facts(), Mask(fine_exam.breast.data, grid))
    finding = detector.find(exam)
    assert finding.score == 0
    assert "too coarse" in finding.words


def test_the_same_spike_in_all_phases_is_found_if_it_is_strong(clean):
    i, j = np.meshgrid(np.arange(64), np.arange(72), indexing="ij")
    wave = (60 * np.cos(2 * np.pi * (9 * i / 64 + 12 * j / 72))).astype(np.float32)
    phases = [phase.copy() for phase in clean]
    for phase in phases:
        phase[:, :, 9] += wave
    assert spike.find(exam_of(phases)).score >= spike.DETECTOR.threshold


def test_a_sharp_edge_is_no_spike():
    image = noise((64, 64, 4)) + 100
    image[20:, :, :] += 800
    phases = [np.abs(image)] * 3
    assert spike.find(exam_of(phases)).score < spike.DETECTOR.threshold


@pytest.mark.parametrize("axis", [0, 1])
def test_a_line_with_twice_the_noise_scores_about_two(axis):
    image = noise((60, 60, 200))
    np.moveaxis(image, axis, 0)[31] *= 2
    contrast = np.median(zipper.line_contrast(image, axis), axis=1)
    line = int(contrast.argmax()) + zipper._FAR + zipper._REACH
    assert line == 31
    # Variance of a residual: that of the line and half that of a neighbor; 4.5 / 1.5 is 1.73^2.
    assert contrast.max() == pytest.approx(1.73, rel=0.08)
    other = zipper.line_contrast(image, 1 - axis)
    assert np.median(other, axis=1).max() < 1.2


def test_the_pile_at_the_maximum_counts_what_was_cut():
    values = np.random.default_rng(1).exponential(100, (50, 50, 20)).astype(np.float32)
    assert clipping.pile(values) < 1
    top = float(np.quantile(values, 0.99))
    cut = np.minimum(values, np.float32(top))
    last = np.count_nonzero(cut >= 0.995 * top)
    below = np.count_nonzero(cut >= 0.975 * top) - last
    assert clipping.pile(cut) == pytest.approx(4 * last / (below + 20))
    assert clipping.pile(cut) > clipping.DETECTOR.threshold
    assert clipping.pile(np.zeros((4, 4, 4), np.float32)) == 0


def test_a_bright_block_spreads_the_normalization_as_computed(clean):
    phases = [phase.copy() for phase in clean]
    for phase in phases:
        phase[:6, :6, :] = 9000.0
    exam = exam_of(phases)
    finding = bright_outside.find(exam)
    spread = tamed = 0.0
    for phase in phases:
        cap = np.percentile(phase[exam.breast.data], 99.9)
        held = np.where(
            bright_outside._grown(exam.breast.data, exam.grid), phase, phase.clip(max=cap)
        )
        spread, tamed = spread + phase.var(), tamed + held.var()
    assert finding.score == pytest.approx(np.sqrt(spread / tamed) - 1, rel=1e-3)
    assert finding.voxel is not None
    assert max(finding.voxel[:2]) < 6


def test_a_periodic_image_goes_on_across_its_edges_and_half_of_it_does_not():
    from scipy import ndimage

    field = ndimage.gaussian_filter(noise((48, 40, 40)), (2, 2, 2), mode="wrap") * 20 + 100
    field = field.astype(np.float32)
    whole, half = wrap.likeness(field, 0, 10.0), wrap.likeness(field[:24], 0, 10.0)
    assert whole is not None
    assert half is not None
    assert whole.score > 0.8
    assert half.score < wrap.DETECTOR.threshold
    same = wrap.likeness(np.repeat(field[:1], 48, axis=0), 0, 10.0)
    assert same is not None
    assert same.score == 0  # alike everywhere, so nothing is told


def test_ends_that_are_more_alike_than_neighbors_mirror_each_other():
    folded = wrap.Likeness(across=0.7, beside=(0.5, 0.6), apart=0.2, area=2000)
    assert folded.score == 1
    assert folded._replace(across=0.9).score == 0


def test_an_outline_that_is_alike_at_both_edges_is_no_wrap_around():
    i, j, k = np.meshgrid(np.arange(48), np.arange(60), np.arange(60), indexing="ij")
    radius = 22 + 6 * np.sin(np.pi * i / 47)  # both ends of the body are equally wide
    body = np.hypot(j - 30, k - 30) < radius
    image = (np.abs(noise(body.shape)) + 300 * body).astype(np.float32)
    found = wrap.likeness(image, 0, 100.0)
    assert found is not None
    assert found.score < wrap.DETECTOR.threshold


def test_edges_with_little_tissue_tell_nothing():
    image = np.zeros((48, 60, 60), np.float32)
    image[:, 20:40, 20:40] = 300
    assert wrap.likeness(image, 0, 100.0) is None


@pytest.mark.parametrize("shift", [15, 25])
def test_a_copy_in_the_air_is_found_at_its_shift(shift, clean):
    image = clean[1]
    air = np.zeros(image.shape, bool)
    air[:, :18, :] = True
    ghosted = image + 0.2 * np.roll(np.where(air, 0, image), -shift, axis=1)
    power = np.square(ghosted).astype(np.float32)
    likeness = ghost.shifted_likeness(power, ghost.air_along(air, 1))
    assert int(likeness[8:-8].argmax()) + 8 in (shift, image.shape[1] - shift)
    assert likeness[8:-8].max() > 0.5


def test_copied_slices_of_a_phase_are_counted(clean):
    one, other = fine(clean[0]), fine(clean[1])
    assert not phase_copy.copies(one, other).any()
    mixed = clean[1].copy()
    mixed[:, :, 5:9] = 1.3 * clean[0][:, :, 5:9]
    assert np.flatnonzero(phase_copy.copies(one, fine(mixed))).tolist() == [5, 6, 7, 8]


def test_edges_that_stay_are_no_copy():
    edges = np.zeros((60, 60, 3), np.float32)
    edges[::7] = 2000.0  # all phases have them
    one, other = (fine(edges + noise(edges.shape, seed)) for seed in (1, 2))
    assert mismatch(one, other) < 0.05
    assert not phase_copy.copies(one, other).any()
    assert phase_copy.copies(one, np.rint(1.3 * one)).all()


def test_strong_change_is_counted_slice_by_slice():
    before = np.full((10, 10, 3), 100.0, np.float32)
    after = before.copy()
    after[:4, :, 1] = 300.0  # four lines rise
    before[5:, :, 2] = 300.0  # five fall
    body = np.ones(before.shape, bool)
    images = phase_order.calm(before), phase_order.calm(after)
    rising, falling = phase_order.changing(*images, body, 80.0)
    assert rising.tolist() == [0, 40, 0]
    assert falling.tolist() == [0, 0, 50]


def test_gland_beside_fat_that_grows_brighter_does_not_fall():
    before = np.full((20, 20, 1), 100.0, np.float32)
    after = 2.2 * before
    after[:4] = 115.0  # gland without uptake
    body = np.ones(before.shape, bool)
    images = phase_order.calm(before), phase_order.calm(after)
    rising, falling = phase_order.changing(*images, body, 80.0)
    assert rising.tolist() == [300]  # of 320: means over three voxels blur the border
    assert falling.tolist() == [0]


def test_times_that_do_not_rise_are_a_wrong_order(clean):
    exam = exam_of(clean, delays_s=(-100.0, 300.0, 150.0))
    assert phase_order.find(exam).score == 1.0
    unknown = exam_of(clean, delays_s=(None, None, None))
    assert phase_order.find(unknown).score < phase_order.DETECTOR.threshold


@pytest.mark.parametrize(
    ("named", "x_mm", "score"),
    [("R", 80.0, 0.0), ("L", 80.0, 1.0), ("L", -80.0, 0.0), ("L", 3.0, 0.0)],
)
def test_a_named_side_is_set_against_the_position(named, x_mm, score):
    phases = body_phases(shape=(40, 40, 16))
    grid = Grid((40, 40, 16), (1.0, 1.0, 1.0), AXIAL, (x_mm + 19.5, 40.0, 0.0))
    volumes = tuple(Volume(np.asfortranarray(phase), grid) for phase in phases)
    mask = Mask(np.zeros(grid.shape, bool, order="F"), grid)
    known = facts(sidecars=({"Laterality": named},) * 3)
    assert laterality.find(QcExam(Dynamic(volumes), known, mask)).score == score


@pytest.mark.parametrize(("mirrored", "found"), [(False, False), (True, True)])
def test_a_heart_on_the_right_contradicts_the_header(mirrored, found):
    shape = (100, 60, 30)
    grid = Grid(shape, (3.0, 3.0, 4.0), AXIAL, (148.5, 100.0, -58.0))
    x = 148.5 - 3 * np.arange(100)[:, None, None]
    y = 100 - 3 * np.arange(60)[None, :, None]
    z = -58 + 4 * np.arange(30)[None, None, :]
    noisy = np.abs(noise(shape)) + 5
    breasts = (np.hypot(np.abs(x) - 75, z) < 60) & (y > 0) & (y < 80)
    trunk = (np.abs(x) < 140) & (y <= 0)
    heart = ((x + 30) / 50) ** 2 + ((y + 40) / 30) ** 2 + (z / 45) ** 2 < 1
    pre = noisy + 150 * (breasts | trunk)
    post = pre + 400 * heart
    phases = [pre, post, post]
    if mirrored:
        phases = [phase[::-1] for phase in phases]
        breasts = breasts[::-1]
    volumes = tuple(Volume(np.asfortranarray(one, np.float32), grid) for one in phases)
    exam = QcExam(Dynamic(volumes), facts(), Mask(np.asfortranarray(breasts), grid))
    score = laterality.find(exam).score
    assert (score >= laterality.DETECTOR.threshold) is found
    assert score == pytest.approx(
        0.9 if mirrored else 0.1, abs=0.05
    )  # of an ellipsoid cut at 0.6 radii
