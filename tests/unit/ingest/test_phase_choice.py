"""Early and late phase by time are those nearest 150 s and 450 s."""

from __future__ import annotations

import pytest

from breastdce.core.exam import PhaseRole
from breastdce.ingest.phase_choice import choose_by_time, roles_of


@pytest.mark.parametrize(
    ("delays", "chosen"),
    [
        ((-230.0, 177.0, 531.0), (0, 1, 2)),
        ((-80.0, 50.0, 150.0, 250.0, 350.0, 450.0), (0, 2, 5)),
        ((-80.0, 50.0, 100.0, 200.0, 400.0, 500.0), (0, 2, 4)),
        ((-60.0, 400.0, 460.0), (0, 1, 2)),
        ((-60.0, 30.0, 60.0), (0, 1, 2)),
        ((-60.0, 100.0, None, 300.0), (0, 1, 2)),
    ],
    ids=["trial", "six", "ties take the earlier", "late start", "short", "unknown"],
)
def test_phases_nearest_the_nominal_times(delays, chosen):
    assert choose_by_time((0, 1, 2), delays) == chosen


def test_late_phase_always_follows_the_early_one():
    assert choose_by_time((1, 2, 3), (-90.0, -30.0, 440.0, 160.0)) == (1, 2, 3)


def test_roles_follow_the_choice():
    roles = (PhaseRole.BASELINE, PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2, PhaseRole.POST)
    assert roles_of((1, 3, 4), roles) == (
        PhaseRole.BASELINE,
        PhaseRole.PRE,
        PhaseRole.POST,
        PhaseRole.POST1,
        PhaseRole.POST2,
    )
