"""Shifted dates: intervals stay, nothing else does, and no true date comes out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.ingest.dates import (
    FIRST_DAY,
    LAST_DAY,
    LEAST_SHIFT_DAYS,
    MOST_SHIFT_DAYS,
    draw_shift_days,
    shifted_day,
)

exam_dates = st.dates(date(1960, 1, 10), date(2049, 12, 20))
shifts = st.integers(LEAST_SHIFT_DAYS, MOST_SHIFT_DAYS)


def dicom(day: date) -> str:
    return f"{day:%Y%m%d}"


@given(first=exam_dates, second=exam_dates, shift=shifts)
def test_interval_between_exams_of_a_patient_is_exact(first, second, shift):
    before, after = shifted_day(dicom(first), shift), shifted_day(dicom(second), shift)
    assert before is not None
    assert after is not None
    assert timedelta(days=after - before) == second - first


@given(day=exam_dates, shift=shifts)
def test_shifted_date_lies_in_the_1800s_and_is_the_same_again(day, shift):
    ordinal = shifted_day(dicom(day), shift)
    assert ordinal == shifted_day(dicom(day), shift)
    assert ordinal is not None
    assert date.fromordinal(ordinal).year // 100 == 18


@given(
    text=st.one_of(st.none(), st.text(max_size=10), st.from_regex(r"\A[0-9]{8}\Z")), shift=shifts
)
def test_any_text_gives_a_day_of_the_1800s_or_none(text, shift):
    ordinal = shifted_day(text, shift)
    assert ordinal is None or FIRST_DAY <= ordinal <= LAST_DAY


@pytest.mark.parametrize("text", [None, "", "20010231", "2001.02.03", "18470623", "20990101"])
def test_what_is_no_date_of_an_exam_is_dropped(text):
    assert shifted_day(text, LEAST_SHIFT_DAYS) is None


@given(number=st.integers(0, MOST_SHIFT_DAYS - LEAST_SHIFT_DAYS))
def test_shift_is_150_to_160_years(number):
    days = draw_shift_days(lambda below: number % below)
    assert 149.99 < days / 365.25 < 160.01


def test_shifts_are_drawn_from_ten_years_of_days():
    assert draw_shift_days(lambda below: below) == LEAST_SHIFT_DAYS + 3653
