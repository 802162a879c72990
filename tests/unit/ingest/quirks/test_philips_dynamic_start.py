"""The private start of a dynamic stands in for a missing trigger time."""

from __future__ import annotations

from breastdce.ingest.find import find_exams
from tests.unit.ingest.headers import change, flat, one_series


def test_phases_are_separated_and_timed_by_the_private_start():
    groups = one_series(3, acquisition_time=None)
    groups = [change(g, philips_dynamic_start_s=80.0 * p) for p, g in enumerate(groups)]
    (exam,) = find_exams(flat(groups)).exams
    assert exam.phase_key == "TriggerTime"
    assert [phase.start_s for phase in exam.phases] == [0.0, 80.0, 160.0]
    assert {"quirk": "philips_dynamic_start"} in [caveat.detail for caveat in exam.caveats]


def test_a_trigger_time_that_is_there_is_left_alone():
    groups = one_series(3, acquisition_time=None)
    groups = [
        change(g, philips_dynamic_start_s=80.0 * p, trigger_time_ms=70000.0 * p)
        for p, g in enumerate(groups)
    ]
    (exam,) = find_exams(flat(groups)).exams
    assert [phase.start_s for phase in exam.phases] == [0.0, 70.0, 140.0]
