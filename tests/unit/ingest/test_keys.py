"""The ladder of keys on small sets of slices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from breastdce.ingest.keys import Partition, Placed, agreement, partitions
from breastdce.ingest.series import Slice
from tests.unit.ingest.headers import clock, frame, header


class At(NamedTuple):
    p: int
    i: int


def placed(k, n, fields, **common):
    """`fields(at)` gives the frame fields of slice at.i of phase at.p."""
    slices = [
        Slice("", header((made,), f"{p}.{i}", **common), made)
        for p in range(k)
        for i in range(n)
        for made in [frame(float(i), **fields(At(p, i)))]
    ]
    return Placed(tuple(slices), np.array([i for _ in range(k) for i in range(n)]))


def keys(of):
    return [item.key for item in partitions(of)]


def phases(of, key):
    (found,) = [item.groups for item in partitions(of) if item.key == key]
    return [{of.slices[i].header.sop_instance_uid[0] for i in group} for group in found]


def test_equal_times_never_define_a_phase():
    # Three phases, two of which carry the same time: two groups, not three.
    of = placed(3, 4, lambda at: {"acquisition_time": clock(100.0 * min(at.p, 1))})
    assert keys(of) == []


def test_four_times_over_three_seconds_are_one_phase():
    of = placed(3, 8, lambda at: {"acquisition_time": clock(300.0 * at.p + at.i % 4)})
    assert phases(of, "AcquisitionTime") == [{"0"}, {"1"}, {"2"}]


def test_one_two_two_is_no_key_and_one_two_three_is():
    assert "AcquisitionNumber" not in keys(
        placed(3, 4, lambda at: {"acquisition_number": min(at.p, 1)})
    )
    assert "AcquisitionNumber" in keys(placed(3, 4, lambda at: {"acquisition_number": at.p}))


def test_constant_and_cardiac_trigger_times_are_no_key():
    assert "TriggerTime" not in keys(placed(2, 4, lambda _: {"trigger_time_ms": 0.0}))
    moving = placed(2, 4, lambda at: {"trigger_time_ms": 9000.0 * at.p})
    assert "TriggerTime" in keys(moving)
    gated = placed(2, 4, lambda at: {"trigger_time_ms": 9.0 * at.p}, nominal_cardiac_trigger=True)
    assert "TriggerTime" not in keys(gated)


def test_instance_numbers_count_phase_by_phase_or_position_by_position():
    blocks = placed(3, 4, lambda at: {"instance_number": 4 * at.p + at.i})
    runs = placed(3, 4, lambda at: {"instance_number": 3 * at.i + at.p})
    for of in (blocks, runs):
        assert phases(of, "InstanceNumber") == [{"0"}, {"1"}, {"2"}]


def test_scrambled_or_repeated_instance_numbers_are_no_key():
    order = np.random.default_rng(0).permutation(12)
    assert keys(placed(3, 4, lambda at: {"instance_number": int(order[4 * at.p + at.i])})) == []
    assert keys(placed(3, 4, lambda at: {"instance_number": at.i})) == []


def test_the_makers_own_counts_can_veto_instance_numbers():
    def fields(at):
        return {"instance_number": 4 * at.p + at.i}

    assert keys(placed(3, 4, fields, ge_locations=4)) == ["InstanceNumber"]
    assert keys(placed(3, 4, fields, ge_locations=6)) == []
    assert keys(placed(3, 4, fields, philips_dynamics=6)) == []


def test_disagreement_about_late_phases_is_no_contradiction():
    mine = Partition("TemporalPositionIdentifier", ((0,), (1,), (2,), (3,), (4,)))
    late = Partition("AcquisitionTime", ((0,), (1,), (2,), (4,), (3,)))
    early = Partition("AcquisitionTime", ((1,), (0,), (2,), (3,), (4,)))
    weak = Partition("InstanceNumber", ((1,), (0,), (2,), (3,), (4,)))
    same = Partition("TriggerTime", mine.groups)
    assert agreement(mine, [late]).disagree == ("AcquisitionTime",)
    assert not agreement(mine, [late]).contradicted
    assert agreement(mine, [early, same]).contradicted
    assert agreement(mine, [weak]).contradicted
    assert not agreement(mine, [weak, same]).contradicted
