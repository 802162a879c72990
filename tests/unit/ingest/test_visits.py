"""Names of visits: code, words, earliest; a missing baseline stays missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breastdce.ingest.visits import Basis, Dated, Visit, name_visits


def named(*studies):
    items = [
        Dated(patient_id="P", study_uid=str(n), date=date, trial_words=words, description=text)
        for n, (date, words, text) in enumerate(studies)
    ]
    found = name_visits(items)
    return [found["P", str(n)] for n in range(len(items))]


def test_the_trials_code_comes_first():
    found = named(("20000301", ("T1", "MRI_1"), ""), ("20000101", ("T2", "MRI_2"), "baseline"))
    assert [visit.name for visit in found] == ["T0", "T1"]
    assert {visit.basis for visit in found} == {Basis.CODE}


def test_a_patient_without_the_first_visit_counts_as_the_others_of_the_trial():
    items = [
        Dated(patient_id=who, study_uid=f"{who}{n}", date=None, trial_words=(f"T{n}", ""))
        for who, numbers in {"P": (0, 3), "Q": (2, 3)}.items()
        for n in numbers
    ]
    found = name_visits(items)
    assert {uid: visit.name for (_, uid), visit in found.items()} == {
        "P0": "T0",
        "P3": "T3",
        "Q2": "T2",
        "Q3": "T3",
    }
    assert {visit.name for visit in name_visits(items[2:]).values()} == {"T1", "T2"}


def test_words_come_second():
    found = named(("20000301", (), "MRI baseline"), ("20000101", (), "MRI breast"))
    assert found[0] == Visit("T0", Basis.WORDS)
    assert found[1] == Visit("1", Basis.ORDER)


def test_without_either_the_earliest_is_the_baseline():
    found = named(("20000301", (), ""), ("20000101", (), ""), ("20000601", (), ""))
    assert [visit.name for visit in found] == ["2", "T0", "3"]
    assert found[1].basis is Basis.EARLIEST


def test_a_missing_baseline_is_not_replaced_by_a_later_visit():
    found = named(("20000101", ("T3", "MRI_3"), ""), ("20000301", ("T4", "MRI_4"), ""))
    assert [visit.name for visit in found] == ["T2", "T3"]
    only_words = named(("20000101", (), "post-chemo"), ("20000301", (), ""))
    assert "T0" not in [visit.name for visit in only_words]


def test_four_days_are_the_four_visits():
    found = named(*((f"2000{month:02d}01", (), "") for month in (1, 2, 4, 6)))
    assert [visit.name for visit in found] == ["T0", "T1", "T2", "T3"]


def test_two_studies_of_a_day_are_one_visit():
    found = named(("20000101", (), ""), ("20000101", (), ""), ("20000301", (), ""))
    assert [visit.name for visit in found] == ["T0", "T0", "2"]


def test_a_study_without_a_date_takes_the_baseline_from_none():
    found = named((None, (), ""), ("20000101", (), ""))
    assert "T0" not in [visit.name for visit in found]
    assert named((None, (), ""))[0].name == "T0"


@given(st.lists(st.dates().map(lambda d: d.strftime("%Y%m%d").zfill(8)), min_size=1, max_size=8))
def test_exactly_one_day_is_the_baseline(dates):
    found = named(*((date, (), "") for date in dates))
    assert {d for d, v in zip(dates, found, strict=True) if v.name == "T0"} == {min(dates)}
