"""Echo and repetition times in seconds become milliseconds; milliseconds stay."""

from __future__ import annotations

from breastdce.ingest.quirks.times_in_seconds import QUIRK
from tests.unit.ingest.headers import frame, header


def headers(echo, repetition):
    return (header((frame(0.0, echo_time_ms=echo, repetition_time_ms=repetition),), "1"),)


def test_seconds_become_milliseconds():
    given = headers(0.0042, 0.0082)
    assert QUIRK.applies(given)
    (made,) = QUIRK.mend(given)
    assert (made.frames[0].echo_time_ms, made.frames[0].repetition_time_ms) == (4.2, 8.2)


def test_milliseconds_and_absent_values_stay():
    assert not QUIRK.applies(headers(1.39, 4.12))
    assert not QUIRK.applies(headers(None, 4.12))
