"""One row of the table of edge cases each, on images of a few voxels."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused, InputError
from breastdce.core.exam import Box, Region, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.ftv import FtvResult, functional_tumor_volume, has_neighbors
from breastdce.kinetics.thresholds import FtvParams

SHAPE = (4, 4, 4)
GRID = Grid(SHAPE, (0.5, 0.5, 2.0), np.eye(3), (0.0, 0.0, 0.0))
ALL = Box((0, 0, 0), (3, 3, 3))
GIVEN = Region(source=VoiSource.PRODUCER, voi=ALL, background=10, pe_percent=70.0, min_neighbors=0)


def phases(pre: object, early: object, late: object, grid: Grid = GRID) -> Triple:
    def fill(value: object) -> Volume:
        data = np.broadcast_to(np.asarray(value, np.float32), grid.shape)
        return Volume(np.asfortranarray(data).copy(order="F"), grid)

    return Triple(fill(pre), fill(early), fill(late))


def ftv(pre: object, early: object, late: object, region: Region = GIVEN) -> FtvResult:
    return functional_tumor_volume(phases(pre, early, late), region, FtvParams())


def one_voxel(pre: float, early: float, late: float) -> FtvResult:
    """An image without enhancement (20, 20, 20) and one voxel of its own at (1, 2, 3)."""
    images: list[object] = []
    for value in (pre, early, late):
        data = np.full(SHAPE, 20.0, np.float32)
        data[1, 2, 3] = value
        images.append(data)
    return ftv(images[0], images[1], images[2])


def codes(result: FtvResult) -> list[CaveatCode]:
    return [caveat.code for caveat in result.caveats]


def test_all_voxels_of_a_uniform_enhancement_are_counted_in_ml():
    result = ftv(20, 40, 36)
    assert result.report.ftv_voxels == 64
    assert result.report.ml(64) == pytest.approx(64 * 0.5 * 0.5 * 2.0 / 1000, rel=1e-12)
    assert set(np.unique(result.pe_stored)) == {100}
    assert set(np.unique(result.ser_stored)) == {1250}
    assert result.caveats == ()


def test_no_signal_before_contrast_is_no_candidate_and_zero_in_the_maps():
    result = ftv(0, 50, 50, Region(source=VoiSource.TABLE, voi=ALL, background=0))
    assert result.report.whole.tissue == 64
    assert result.report.whole.enhancing == 0
    assert not result.pe_stored.any()
    assert not result.ser_stored.any()


def test_late_signal_equal_to_baseline_is_no_candidate():
    result = one_voxel(20, 60, 20)
    assert (result.report.whole.enhancing, result.report.whole.candidates) == (1, 0)
    assert result.report.undefined_or_negative == 1


def test_late_signal_below_baseline_is_no_candidate_and_a_caveat_above_one_percent():
    result = one_voxel(20, 60, 15)
    assert result.report.ftv_voxels == 0
    assert result.report.undefined_or_negative_fraction == 1.0
    assert codes(result) == [CaveatCode.NEGATIVE_SER, CaveatCode.FTV_EMPTY]


def test_one_percent_of_negative_ratios_is_not_yet_a_caveat():
    grid = Grid((10, 10, 1), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    late = np.full(grid.shape, 40.0)
    late[0, 0, 0] = 10.0
    result = functional_tumor_volume(phases(20, 40, late, grid), Region(), FtvParams())
    assert result.report.undefined_or_negative_fraction == 0.01
    assert CaveatCode.NEGATIVE_SER not in codes(result)


def test_a_ratio_above_three_is_kept_stored_as_3000_and_in_the_last_class():
    result = one_voxel(20, 120, 30)  # SER 10
    assert result.ser_stored[1, 2, 3] == 3000
    assert result.report.kinetics.classes == (0, 0, 0, 0, 1)
    assert result.report.kinetics.clipped == 1


def test_thresholds_are_inclusive():
    assert one_voxel(10, 17, 20).report.ftv_voxels == 1  # s0 = 10 = b, PE = 70 = t
    assert one_voxel(9, 20, 20).report.ftv_voxels == 0
    assert one_voxel(10, 16.99, 20).report.ftv_voxels == 0


def test_a_ratio_of_nine_tenths_counts_as_plateau():
    result = one_voxel(20, 56, 60)  # PE 180 / 200
    assert result.ser_stored[1, 2, 3] == 900
    assert result.report.kinetics.ser_at_least_threshold == 1
    assert (result.report.kinetics.persistent, result.report.kinetics.plateau) == (0, 1)
    assert result.report.kinetics.classes == (0, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("early", "late", "kind"), [(40, 60, "persistent"), (60, 60, "plateau"), (60, 40, "washout")]
)
def test_kinetics_types(early: float, late: float, kind: str):
    kinetics = one_voxel(20, early, late).report.kinetics
    assert {name: getattr(kinetics, name) for name in ("persistent", "plateau", "washout")} == {
        name: int(name == kind) for name in ("persistent", "plateau", "washout")
    }


def test_percent_is_rounded_down_and_negative_percent_is_stored_as_zero():
    assert one_voxel(30, 31.9, 40).pe_stored[1, 2, 3] == 6  # 6.33
    assert one_voxel(30, 20, 40).pe_stored[1, 2, 3] == 0


def test_percent_beyond_the_stored_type_is_held_at_its_limit():
    region = Region(source=VoiSource.TABLE, voi=ALL, background=0)
    assert set(np.unique(ftv(0.01, 5000, 5000, region).pe_stored)) == {32767}


def test_maps_and_candidates_cover_the_whole_images_the_ftv_only_the_region():
    region = Region(
        source=VoiSource.PRODUCER, voi=Box((0, 0, 0), (1, 1, 1)), background=10, min_neighbors=4
    )
    result = ftv(20, 40, 36, region)
    assert result.report.ftv_voxels == 8
    assert result.report.inside.tissue == 8
    assert result.report.whole.supported == 64
    assert np.count_nonzero(result.ser_stored) == 64
    assert not result.mask.data[2:].any()


def test_omitted_voxels_are_no_tissue_no_candidate_and_zero_in_the_maps():
    omit = Box((0, 0, 0), (0, 3, 3))
    region = Region(
        source=VoiSource.PRODUCER, voi=ALL, omit=(omit,), background=10, min_neighbors=0
    )
    result = ftv(20, 40, 36, region)
    assert result.report.ftv_voxels == 48
    assert result.report.omit_voxels == 16
    assert not result.pe_stored[0].any()
    assert not result.tissue.data[0].any()


def test_a_candidate_needs_enough_of_its_26_neighbors():
    alone = np.zeros((5, 5, 5), np.bool_, order="F")
    alone[2, 2, 2] = True
    assert has_neighbors(alone, 0).all()
    assert not has_neighbors(alone, 1)[2, 2, 2]
    pair = alone.copy(order="F")
    pair[3, 3, 3] = True
    assert has_neighbors(pair, 1)[2, 2, 2]
    assert not has_neighbors(pair, 2)[2, 2, 2]
    full = np.ones((5, 5, 5), np.bool_, order="F")
    assert has_neighbors(full, 26).all()


def test_beyond_the_border_the_outermost_voxels_repeat():
    corner = np.zeros((3, 3, 3), np.bool_, order="F")
    corner[0, 0, 0] = True
    # Of the 27 places around the corner, 8 repeat it: 7 beside itself.
    assert has_neighbors(corner, 7)[0, 0, 0]
    assert not has_neighbors(corner, 8)[0, 0, 0]


def test_neighbors_are_counted_beyond_the_region():
    region = Region(
        source=VoiSource.PRODUCER, voi=Box((1, 1, 1), (1, 1, 1)), background=10, min_neighbors=26
    )
    assert ftv(20, 40, 36, region).report.ftv_voxels == 1


def test_without_a_region_all_images_count_and_it_is_said():
    result = ftv(20, 40, 36, Region())
    assert result.report.voi_source is VoiSource.BREAST
    assert result.report.voi == ALL
    assert codes(result) == [
        CaveatCode.THRESHOLD_DEFAULT,
        CaveatCode.THRESHOLD_DEFAULT,
        CaveatCode.VOI_NONE,
    ]


def test_a_region_beyond_the_images_is_clipped_and_an_empty_one_refused():
    region = Region(source=VoiSource.TABLE, voi=Box((2, 0, 0), (9, 3, 3)), background=10)
    result = ftv(20, 40, 36, region)
    assert CaveatCode.VOI_CLIPPED in codes(result)
    assert result.report.ftv_voxels == 32
    outside = Region(source=VoiSource.TABLE, voi=Box((4, 0, 0), (9, 3, 3)))
    with pytest.raises(ExamRefused) as refused:
        ftv(20, 40, 36, outside)
    assert refused.value.code is ExamCode.VOI_EMPTY


def test_an_ftv_of_zero_is_a_value_with_a_caveat():
    result = ftv(20, 20, 20)
    assert result.report.ftv_voxels == 0
    assert np.isnan(result.report.undefined_or_negative_fraction)
    assert codes(result) == [CaveatCode.FTV_EMPTY]


def test_phases_on_different_grids_are_refused():
    other = Grid(SHAPE, (0.6, 0.5, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    good, bad = phases(20, 40, 36), phases(20, 40, 36, other)
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        functional_tumor_volume(Triple(good.pre, good.post1, bad.post2), GIVEN, FtvParams())


def test_stored_maps_are_int16_in_fortran_order():
    result = ftv(20, 40, 36)
    for stored in (result.pe_stored, result.ser_stored):
        assert stored.dtype == np.int16
        assert stored.flags.f_contiguous


def test_more_slices_than_a_slab_give_the_same_in_each():
    grid = Grid((3, 3, 37), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    result = functional_tumor_volume(phases(20, 40, 36, grid), Region(), FtvParams())
    assert result.report.ftv_voxels == 9 * 37
    assert set(np.unique(result.pe_stored)) == {100}


def breast_and_rest() -> tuple[Triple, Mask]:
    """Everything enhances; the breast is the half with i below 2, twice as bright."""
    pre = np.full(SHAPE, 50.0, np.float32)
    pre[:2] = 100
    mask = np.zeros(SHAPE, np.bool_, order="F")
    mask[:2] = True
    return phases(pre, 2 * pre, 1.9 * pre), Mask(mask, GRID)


def test_the_breasts_stand_in_for_a_region_that_is_not_given():
    images, breast = breast_and_rest()
    result = functional_tumor_volume(images, Region(), FtvParams(min_neighbors=0), breast)
    assert result.report.thresholds.background == 60  # 60 % of the signal inside
    assert result.report.ftv_voxels == np.count_nonzero(result.mask.data) == 32
    assert (result.mask.data == breast.data).all()
    assert result.report.voi_voxels == 32
    assert CaveatCode.VOI_BREAST in codes(result)
    assert CaveatCode.VOI_NONE not in codes(result)


def test_a_region_that_is_given_goes_before_the_breasts():
    images, breast = breast_and_rest()
    result = functional_tumor_volume(images, GIVEN, FtvParams(), breast)
    assert result.report.ftv_voxels == 64


def test_an_empty_mask_of_the_breasts_is_none():
    images, breast = breast_and_rest()
    empty = Mask(np.zeros_like(breast.data), GRID)
    result = functional_tumor_volume(images, Region(), FtvParams(min_neighbors=0), empty)
    assert CaveatCode.VOI_NONE in codes(result)
