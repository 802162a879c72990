"""The choice among the series of a list, one trap of real exams at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.codes import ExamCode
from breastdce.ingest.listing.rank import rank
from breastdce.ingest.listing.runs import Layout
from tests.unit.ingest.listing.lists import series, study

SCOUT = series(1, 45, "3P LEFT BREAST SCOUT")
T2 = series(2, 36, "T2-FSE-Sagittal")


def best_of(*items):
    """The best run of a list; fails where there is none."""
    best = rank(study(*items)).best
    assert best is not None
    return best


def chosen(*items):
    best = best_of(*items)
    return best.run.first.number, best.run.n_phases, best.run.layout


def test_one_series_with_all_phases_is_found_among_scouts_and_diffusion():
    dwi = series(6, 50, "DWSSFSE Diffusion")
    found = chosen(SCOUT, T2, series(4, 180, "Dynamic-3dfgre"), dwi)
    assert found == (4, 3, Layout.INTERLEAVED)


def test_equal_names_one_after_another_are_phases():
    items = [series(n, 64, "fl3d_sag_uni_L") for n in (3, 4, 5)]
    assert chosen(SCOUT, T2, *items) == (3, 3, Layout.ONE_PER_PHASE)


def test_posts_in_one_series_follow_a_pre_contrast_series():
    found = chosen(series(5, 58, "RT IR-SPGR SAG"), series(6, 174, "RT IR-SPGR SAG+c"))
    assert found == (5, 4, Layout.MIXED)


def test_the_same_grid_without_fat_saturation_is_a_decoy():
    posts = [series(n, 44, "T1 right breast post") for n in (5, 6)]
    decoy, pre = series(3, 44, "T1 right breast non fat sat"), series(4, 44, "T1 right breast")
    assert chosen(decoy, pre, *posts)[0] == 4


def test_a_run_that_was_begun_anew_counts_from_its_new_beginning():
    name = "fl3d_sag_uni_R"
    again = [series(n, 64, name) for n in (5, 6, 8)]
    assert chosen(series(3, 64, name), series(4, 19, "uni sag t2 fse"), *again)[:2] == (5, 3)


def test_a_t2_between_the_phases_of_one_run_changes_nothing():
    pre, posts = "FL3D_T1_SAG_CA", "FL3D_T1_SAG_CA_"
    items = [series(2, 44, pre), series(3, 19, "FSE_T2_SAG_NO_F")]
    assert chosen(*items, *(series(n, 44, posts) for n in (5, 6)))[:2] == (2, 3)


def test_a_short_trial_before_a_whole_dynamic_is_left_out():
    name = "3D SAG FSPGR PRE/POST"
    assert chosen(series(3, 60, name), series(4, 180, name)) == (4, 3, Layout.INTERLEAVED)


def test_left_and_right_may_alternate():
    left = [series(n, 50, f"T1 {w} Left") for n, w in ((10, "pre"), (12, "post"), (14, "post"))]
    right = [series(n, 54, f"T1 {w} Right") for n, w in ((11, "pre"), (13, "post"), (15, "post"))]
    found = rank(study(*(item for pair in zip(left, right, strict=True) for item in pair)))
    assert {item.run.first.number for item in found.ranked[:2]} == {10, 11}
    assert {item.run.n_phases for item in found.ranked[:2]} == {3}


def test_images_of_another_matrix_are_no_phase():
    items = [series(n, 64, "fl3d_sag_uni_L") for n in (3, 4, 5)]
    needle = series(6, 64, "fl3d_sag_uni_L", image_bytes=34_000.0)
    assert chosen(*items, needle)[1] == 3


def test_subtractions_between_the_phases_are_no_phases():
    items = [series(n, 64, "fl3d_sag_uni_L") for n in (3, 4, 6)]
    subtraction = series(5, 64, "SUB_S4-S3_1")
    assert chosen(*items[:2], subtraction, items[2])[:2] == (3, 3)


@pytest.mark.parametrize("suffix", [": SER", ": PE1"])
def test_maps_of_the_producer_name_their_source(suffix):
    items = [series(3, 240, "3D"), series(4, 240, "3D"), series(41000, 60, f"3D{suffix}")]
    best = best_of(*items)
    assert best.run.first.number == 4
    assert ("producer's maps", 20.0) in best.points
    assert best.run.n_phases == 4


def test_philips_numbers_lose_two_digits_in_the_map_number():
    items = [series(1101, 360, "3DSAG6D"), series(111000, 60, "3DSAG6D: SER")]
    assert ("producer's maps", 20.0) in best_of(*items).points


def test_two_phases_are_too_few():
    found = rank(study(series(3, 66, "T1 left breast"), series(4, 66, "T1 left breast post")))
    assert found.code is ExamCode.TOO_FEW_PHASES


@pytest.mark.parametrize(
    "items",
    [
        (),
        (series(1, 4, "localizer"),),
        (series(1, 12, "PJN"), series(2, 46, "Average")),
        (series(1, 180, "Dynamic", modality="SEG"),),
        (series(1, 40, "T2 fat sat"),),
    ],
)
def test_studies_without_a_dynamic_have_none(items):
    assert rank(study(*items)).code is ExamCode.NO_DCE


def test_the_runner_up_begins_elsewhere_and_the_points_add_up():
    found = rank(study(SCOUT, series(2, 58, "T1"), *(series(n, 64, "T1 fl3d") for n in (3, 4, 5))))
    best, second = found.best, found.runner_up
    assert best is not None
    assert second is not None
    assert second.run.first.uid != best.run.first.uid
    assert best.score == sum(points for _, points in best.points) >= second.score


@given(
    counts=st.lists(st.integers(0, 800), max_size=12),
    names=st.lists(st.text(max_size=30), min_size=12, max_size=12),
)
def test_any_list_gives_a_choice_or_a_code(counts, names):
    items = [series(n + 1, c, names[n]) for n, c in enumerate(counts)]
    found = rank(study(*items))
    assert (found.code is None) <= (found.best is not None and found.best.run.n_phases >= 3)
    firsts = [item.run.first.uid for item in found.ranked]
    assert len(set(firsts)) == len(firsts)
    for item in found.ranked:
        total = sum(member.facts.n_images for member in item.run.members)
        assert total == item.run.n_phases * item.run.slices or item.run.n_phases == 1
