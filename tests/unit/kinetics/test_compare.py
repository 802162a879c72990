from __future__ import annotations

import numpy as np

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Box, ProducerAnalysis, Region, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.compare import compare_with_producer
from breastdce.kinetics.ftv import FtvResult, functional_tumor_volume
from breastdce.kinetics.thresholds import FtvParams

GRID = Grid((3, 3, 3), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def full(value: float) -> Volume:
    return Volume(np.full((3, 3, 3), value, np.float32, order="F"), GRID)


def result(region: Region) -> FtvResult:
    return functional_tumor_volume(Triple(full(20), full(40), full(36)), region, FtvParams())


PRODUCER = Region(source=VoiSource.PRODUCER, voi=Box((0, 0, 0), (1, 1, 1)), background=10)


def test_equal_objects_give_zeros_and_no_caveat():
    ours = result(PRODUCER)
    analysis = ProducerAnalysis(
        pe=full(100), ser=full(1.25), tissue=ours.mask, ftv=ours.mask, ftv_voxels=8, ftv_ml=0.008
    )
    found, caveats = compare_with_producer(ours, analysis)
    assert [item.quantity for item in found] == ["pe", "ser", "tissue", "ftv", "ftv_voxels"]
    assert all(item.voxels == 0 and item.largest == 0 for item in found)
    assert caveats == ()


def test_differences_are_counted_in_voxels_and_in_their_unit():
    ser = full(1.25)
    ser.data[0, 0, 0], ser.data[1, 1, 1] = 1.26, 0.0
    tissue = Mask(np.zeros((3, 3, 3), np.bool_, order="F"), GRID)
    analysis = ProducerAnalysis(pe=full(98), ser=ser, tissue=tissue, ftv_voxels=11)
    found, caveats = compare_with_producer(result(PRODUCER), analysis)
    assert {item.quantity: (item.voxels, round(item.largest, 6)) for item in found} == {
        "pe": (27, 2.0),
        "ser": (2, 1.25),
        "tissue": (8, 1.0),
        "ftv_voxels": (3, 3),
    }
    assert {caveat.code for caveat in caveats} == {CaveatCode.PRODUCER_DIFFERS}
    assert caveats[-1].detail["ours"] == 8
    assert caveats[-1].detail["producer"] == 11


def test_counts_for_another_region_are_not_compared():
    ours = result(Region(source=VoiSource.TABLE, voi=Box((0, 0, 0), (0, 0, 0)), background=10))
    found, _ = compare_with_producer(ours, ProducerAnalysis(pe=full(100), ftv_voxels=8))
    assert [item.quantity for item in found] == ["pe"]


def test_nothing_to_compare_gives_nothing():
    assert compare_with_producer(result(Region()), ProducerAnalysis()) == ((), ())
