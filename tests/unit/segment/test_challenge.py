"""The challenge's score against sums done by hand, and the published script's fault in numbers."""

from __future__ import annotations

import math

import pytest

from breastdce.segment.challenge import Entry, Person, challenge_score, norm_hd

PEOPLE = {
    "A": Person(35.0, "pre", "a"),
    "B": Person(40.0, "peri-menopausal", "B"),
    "C": Person(41.0, "postmenopausal", None),
    "D": Person(75.0, None, "b"),
}
ENTRIES = [Entry("A", 0.9, 15.0), Entry("B", 0.7, 30.0), Entry("C", 0.8, 45.0), Entry("D", 0.4, 75)]


def test_every_part_is_the_sum_done_by_hand():
    found = challenge_score(ENTRIES, PEOPLE)
    # Normalized distances: 0.1, 0.2, 0.3, 0.5.
    assert found.dice == pytest.approx(0.7)
    assert found.norm_hd == pytest.approx(0.275)
    assert found.performance == pytest.approx((0.7 + 1 - 0.275) / 2)
    age, menopause, density = found.variables
    # 0-40: 0.8 and 0.15; 41-50: 0.8 and 0.3; 71+: 0.4 and 0.5.
    assert age.score == pytest.approx(1 - (0.4 + 0.35) / 2)
    # pre, with peri: 0.8 and 0.15; post: 0.8 and 0.3; unknown: 0.4 and 0.5.
    assert menopause.score == pytest.approx(1 - (0.4 + 0.35) / 2)
    # a: 0.9 and 0.1; b: 0.55 and 0.35; C has none.
    assert density.score == pytest.approx(1 - (0.35 + 0.25) / 2)
    assert [(group.level, group.n) for group in density.groups] == [("a", 1), ("b", 2)]
    assert (age.missing, menopause.missing, density.missing) == (0, 0, 1)
    assert found.fairness == pytest.approx((0.625 + 0.625 + 0.7) / 3)
    assert found.ranking == pytest.approx((found.performance + found.fairness) / 2)


@pytest.mark.parametrize(
    ("age", "group"),
    [(40, "0-40"), (40.5, "41-50"), (50, "41-50"), (60, "51-60"), (70, "61-70"), (71, "71+")],
)
def test_groups_of_age_hold_their_upper_end(age, group):
    found = challenge_score([Entry("A", 0.5, 1.0)], {"A": Person(age)})
    assert found.variables[0].groups[0].level == group


@pytest.mark.parametrize("age", [0.0, 101.0, None])
def test_an_impossible_age_is_none(age):
    found = challenge_score([Entry("A", 0.5, 1.0)], {"A": Person(age)})
    assert found.variables[0].missing == 1
    assert math.isnan(found.variables[0].score)
    assert found.fairness == 1.0  # of menopause alone, where all are one group


def test_the_order_of_cases_and_patients_changes_nothing():
    turned = dict(reversed(PEOPLE.items()))
    assert challenge_score(ENTRIES[::-1], turned) == challenge_score(ENTRIES, PEOPLE)


def test_the_published_script_finds_no_group_mean():
    """Its scores, stored by identifier beside rows 0, 1, ..., are in none of the patients' rows."""
    rows: dict[int | str, dict[str, float]] = {
        number: {"age": person.age or math.nan} for number, person in enumerate(PEOPLE.values())
    }
    for entry in ENTRIES:
        rows.setdefault(entry.patient, {})["dice"] = entry.dice
    young = [row for row in rows.values() if row.get("age", math.nan) <= 40]
    means = [row.get("dice", math.nan) for row in young]
    assert len(rows) == 2 * len(PEOPLE)
    assert len(young) == 2
    assert math.isnan(math.fsum(means))
    assert not math.isnan(challenge_score(ENTRIES, PEOPLE).fairness)


def test_distances_end_at_one():
    assert norm_hd(75.0) == 0.5
    assert norm_hd(300.0) == norm_hd(math.inf) == 1.0


def test_one_empty_mask_is_the_worst_and_two_are_nothing():
    found = challenge_score(
        [*ENTRIES, Entry("E", 0.0, math.inf), Entry("F", math.nan, math.nan)], PEOPLE
    )
    assert (found.n, found.both_empty) == (5, 1)
    assert found.dice == pytest.approx(2.8 / 5)
    assert found.norm_hd == pytest.approx(2.1 / 5)


def test_no_case_has_no_score():
    found = challenge_score([], PEOPLE)
    assert math.isnan(found.ranking)


def test_a_patient_is_scored_once():
    with pytest.raises(ValueError, match="twice"):
        challenge_score([ENTRIES[0], ENTRIES[0]], PEOPLE)
