"""Times of day, midnight, and the effective times of three real exams."""

from __future__ import annotations

import pytest

from breastdce.core.exam import TimeZero
from breastdce.ingest.times import (
    across_midnight,
    clock_seconds,
    injection_time,
    parse_day,
    parse_time,
    phase_duration,
    timing,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("074853.7675", 28133.7675),
        ("102551", 37551.0),
        ("1025", 37500.0),
        ("10", 36000.0),
        ("10:25:51", 37551.0),
        ("10:25:51.5", 37551.5),
        (" 102551 ", 37551.0),
        ("256000", None),
        ("106100", None),
        ("noon", None),
        ("", None),
        (None, None),
        ("1025-1030", None),
    ],
)
def test_a_time_is_read_with_fraction_without_seconds_with_colons_or_not_at_all(text, seconds):
    assert parse_time(text) == seconds


def test_a_day_is_read_with_or_without_separators():
    assert parse_day("20260301") == parse_day("2026/03/01") == parse_day("2026.03.01")
    first, last = parse_day("20260301"), parse_day("20260228")
    assert first is not None
    assert last is not None
    assert first - last == 1
    assert parse_day("20261301") is None
    assert parse_day("") is None


def test_hours_after_midnight_follow_those_before_it():
    assert across_midnight([86390.0, 10.0, 130.0]) == (86390.0, 86410.0, 86530.0)
    assert across_midnight([100.0, 4000.0]) == (100.0, 4000.0)


def test_dates_count_only_where_all_have_one():
    assert clock_seconds([("20260301", "2359"), ("20260302", "0001")]) == (86340.0, 86460.0)
    assert clock_seconds([("20260301", "2359"), (None, "0001")]) == (86340.0, 86460.0)
    assert clock_seconds([("20260301", "2359"), ("20260301", None)]) is None


def test_effective_times_of_the_slab_with_a_long_gap_are_met():
    texts = ("074853.7675", "081144.9025", "081346.3125", "081548.9650")
    starts = clock_seconds([(None, text) for text in texts])
    assert starts is not None
    duration = phase_duration(starts, 1, None)
    done = timing(starts, 1, duration, None)
    assert done.effective_s == (-1310.43, 60.705, 182.115, 304.7675)
    assert done.duration_s == 121.41
    assert done.zero is TimeZero.FIRST_POST_START


def test_effective_times_with_the_scanners_own_duration_are_met():
    # The exam alone in its object: duration 285.816986084, mid-times -234.09, 142.91, 469.91 s.
    starts = [0.0, 377.0, 704.0]
    done = timing(starts, 1, phase_duration(starts, 1, 285816986.084), None)
    assert done.effective_s == pytest.approx((-234.091506958, 142.908493042, 469.908493042))


def test_a_duration_longer_than_the_gap_is_not_believed():
    assert phase_duration([0.0, 100.0, 190.0], 1, 300e6) == 90.0
    assert phase_duration([0.0, 100.0], 1, None) is None


def test_injection_is_believed_near_the_first_post_contrast_start_only():
    starts = [1000.0, 1200.0, 1300.0]
    assert injection_time("001940", starts, 1) == 1180.0
    assert injection_time("001000", starts, 1) is None  # before the pre-contrast phase
    assert injection_time("002200", starts, 1) is None  # two minutes after
    late = [86390.0, 86500.0, 86600.0]
    assert injection_time("000130", late, 1) == 86490.0
