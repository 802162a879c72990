"""A given region stays; else the first proposal is taken and said to be one."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Box, Dynamic, ExamFacts, PhaseRole, Region, TimeZero, VoiSource
from breastdce.core.volume import Volume
from breastdce.stages._contract import Context
from breastdce.stages.breast import STAGE as BREAST
from breastdce.stages.voi import STAGE as VOI
from breastdce.testing import PhantomParams, make_phantom, phantom_grid

CTX = Context(threads=1)
FACTS = ExamFacts(
    manufacturer="GE",
    model="Other",
    field_strength_t=1.5,
    delays_s=(-200.0, 150.0, 450.0),
    time_zero=TimeZero.INJECTION,
    phase_key="ContentTime",
    phase_indices=(0, 1, 2),
    roles=(PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2),
    rescaled=False,
    sidecars=({}, {}, {}),
)
LARGE = PhantomParams(lesion_radius_mm=18, rim_mm=6, satellite_radius_mm=8, stray_radius_mm=8)


@pytest.fixture(scope="module", params=[True, False], ids=["sagittal", "axial"])
def case(request):
    grid = phantom_grid("tiny", sagittal=request.param)
    made = make_phantom(grid, (-200.0, 150.0, 450.0), LARGE, np.random.default_rng(4))
    return Dynamic(tuple(Volume(image, grid) for image in made.images)), made.truth


def run(native, region, **more):
    return VOI.run(VOI.inputs(native, FACTS, region, **more), VOI.params(), CTX)


def test_a_region_that_is_given_stays_and_nothing_is_looked_for(case):
    given = Region(source=VoiSource.TABLE, voi=Box((0, 0, 0), (3, 3, 3)), background=7)
    result = run(case[0], given)
    assert result.outputs.voi_region is given
    assert result.outputs.proposals.ranked == ()
    assert result.caveats == ()


def test_the_first_box_holds_the_main_lesion(case):
    native, truth = case
    result = run(native, Region(pe_percent=80.0))
    region = result.outputs.voi_region
    assert (region.source, region.pe_percent) == (VoiSource.PROPOSED, 80.0)
    i, j, k = (slice(a, b + 1) for a, b in zip(region.voi.first, region.voi.last, strict=True))
    inside = np.count_nonzero(truth.lesion[i, j, k]) / np.count_nonzero(truth.lesion)
    assert inside >= 0.95
    assert [caveat.code for caveat in result.caveats] == [CaveatCode.VOI_PROPOSED]


def test_a_mask_of_an_earlier_step_gives_the_same(case):
    native, _ = case
    mask = BREAST.run(BREAST.inputs(native, FACTS), BREAST.params(), CTX).outputs
    with_mask = run(native, Region(), breast=mask.breast, breast_report=mask.breast_report)
    assert with_mask.outputs == run(native, Region()).outputs


def test_without_enhancement_there_is_no_region(case):
    native, _ = case
    still = Dynamic((native.phases[0],) * 3)
    result = run(still, Region())
    assert result.outputs.voi_region == Region()
    assert result.caveats == ()
