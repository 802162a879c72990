"""Readers over cases: what is compared with what, and what a missing or an empty mask does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.mask_scores import dice, surface_distances
from breastdce.review.agreement import compare_readers, summarize_readers
from breastdce.review.icc import icc_agreement
from breastdce.review.staple import StapleParams, staple

GRID = Grid((24, 12, 10), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def slab(start: int, length: int) -> Mask:
    """Of 60 mm3 per step."""
    data = np.zeros(GRID.shape, np.bool_, order="F")
    data[start : start + length, 3:9, :] = True
    return Mask(data, GRID)


EMPTY = slab(0, 0)
ONE = compare_readers("sub-1_ses-1", {"bert": slab(2, 10), "anna": slab(2, 8), "carl": slab(4, 8)})
TWO = compare_readers("sub-2_ses-1", {"anna": slab(2, 4), "bert": EMPTY, "carl": slab(2, 5)})
THREE = compare_readers("sub-3_ses-1", {"anna": EMPTY, "bert": EMPTY, "carl": EMPTY})
FOUR = compare_readers("sub-4_ses-1", {"anna": slab(1, 20), "carl": slab(1, 18)})
ALL = summarize_readers([ONE, TWO, THREE, FOUR])


def test_readers_come_in_order_of_their_names():
    assert [one.reader for one in ONE.readers] == ["anna", "bert", "carl"]
    assert [(pair.first, pair.second) for pair in ONE.pairs] == [
        ("anna", "bert"),
        ("anna", "carl"),
        ("bert", "carl"),
    ]


def test_a_pair_has_the_scores_of_its_masks():
    distances = surface_distances(slab(2, 8), slab(4, 8))
    pair = ONE.pairs[1]
    assert pair.dice == dice(slab(2, 8), slab(4, 8)) == 0.75
    assert (pair.hd95_mm, pair.assd_mm) == (distances.hd95_mm, distances.assd_mm)


def test_the_consensus_of_a_case():
    """Slabs 2-9, 2-11, 4-11: two or more of them at 2-11."""
    assert ONE.majority_ml == pytest.approx(0.6)
    assert [one.dice_to_majority for one in ONE.readers] == pytest.approx([16 / 18, 1.0, 16 / 18])
    truth = staple([slab(2, 8), slab(2, 10), slab(4, 8)], StapleParams())
    assert ONE.staple_ml == truth.mask.volume_ml
    assert tuple(one.sensitivity for one in ONE.readers) == truth.sensitivity
    assert tuple(one.specificity for one in ONE.readers) == truth.specificity


def test_two_readers_have_no_majority_to_be_held_against():
    assert math.isnan(FOUR.readers[0].dice_to_majority)
    assert FOUR.staple == ""


def test_an_empty_mask_is_no_missing_mask():
    assert TWO.by("bert") is not None
    assert FOUR.by("bert") is None
    assert (TWO.pairs[0].dice, TWO.pairs[0].hd95_mm) == (0.0, math.inf)
    assert THREE.staple == "nothing_marked"
    assert math.isnan(THREE.pairs[0].dice)
    assert math.isnan(THREE.readers[0].sensitivity)


def test_pairs_are_of_the_cases_that_both_have_read():
    anna_bert, anna_carl, bert_carl = ALL.pairs
    assert (anna_bert.cases, anna_bert.one_empty, anna_bert.both_empty) == (3, 1, 1)
    assert (anna_carl.cases, anna_carl.one_empty, anna_carl.both_empty) == (4, 0, 1)
    assert (bert_carl.one_empty, bert_carl.both_empty) == (1, 1)  # here the second saw it
    assert anna_bert.dice.n == 2
    assert anna_bert.dice.median == pytest.approx(16 / 18 / 2)
    assert anna_bert.hd95_mm.q3 == math.inf
    assert (anna_bert.difference.bias.n, anna_bert.ratio.bias.n) == (3, 1)
    assert anna_bert.ratio.left_out == 2
    # anna 0.48, 0.24, 0, 1.2; carl 0.48, 0.3, 0, 1.08 mL
    volumes = np.array([[0.48, 0.48], [0.24, 0.30], [0.0, 0.0], [1.2, 1.08]])
    assert anna_carl.icc.value == pytest.approx(icc_agreement(volumes).value)
    assert anna_carl.difference.bias.value == pytest.approx((0.12 - 0.06) / 4)
    assert (anna_carl.kappa.value, anna_carl.kappa.reason) == (1.0, "no_interval")


def test_all_readers_are_held_against_each_other_where_all_have_read():
    assert (ALL.cases, ALL.complete, ALL.icc.n, ALL.kappa.n) == (4, 3, 3, 3)
    assert ALL.kappa_by == "fleiss"
    # Seen by 3, 2, 0 of three: agreement (1 + 1/3 + 1) / 3, by chance (5/9)^2 + (4/9)^2.
    chance = 41 / 81
    assert ALL.kappa.value == pytest.approx((7 / 9 - chance) / (1 - chance))
    assert [(one.cases, one.marked) for one in ALL.readers] == [(4, 3), (3, 1), (4, 3)]


def test_two_readers_have_cohens_kappa():
    cases = [
        compare_readers(f"{n}", {"a": slab(2, one), "b": slab(2, other)})
        for n, (one, other) in enumerate([(3, 3), (4, 0), (0, 0), (5, 6)])
    ]
    found = summarize_readers(cases)
    assert found.kappa_by == "cohen"
    assert found.kappa == found.pairs[0].kappa
    assert found.kappa.value == pytest.approx((0.75 - 0.5) / 0.5)  # 3 of 4; 3/4 1/2 + 1/4 1/2


def test_one_reader_agrees_with_nobody():
    found = summarize_readers([compare_readers("a", {"anna": slab(2, 3)})])
    assert (found.icc.reason, found.kappa.reason, found.pairs) == ("few_readers", "few_readers", ())
    nobody = summarize_readers([])
    assert (nobody.cases, nobody.readers, nobody.icc.reason) == (0, (), "few_readers")


def test_the_order_of_cases_does_not_matter_but_for_rounding():
    back = summarize_readers([FOUR, THREE, TWO, ONE])
    assert back.pairs[0].icc.value == pytest.approx(ALL.pairs[0].icc.value)
    assert back.readers == ALL.readers
