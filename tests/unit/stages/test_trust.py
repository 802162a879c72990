"""The stage scores the masks there are with what is known of each."""

from __future__ import annotations

import numpy as np

from breastdce.core.volume import Mask
from breastdce.segment.trust_probability import unsure
from breastdce.stages._contract import Context
from breastdce.stages.predict import PredictionReport
from breastdce.stages.trust import STAGE
from tests.unit.segment.made_tumor import ball, images

TUMOR = ball(radius=8.0)
EMPTY = Mask(np.zeros_like(TUMOR.data), TUMOR.grid)


def report(networks: int = 1) -> PredictionReport:
    return PredictionReport(
        model="made",
        networks=networks,
        origin="unknown",
        voxels=1,
        ml=0.001,
        entropy_bits=None,
        volume_cv=None,
        unsure=unsure(TUMOR.data.astype(np.float32), TUMOR),
    )


def run(**given):
    inputs = STAGE.inputs(images(TUMOR.data), given.pop("stv", TUMOR), TUMOR, **given)
    return STAGE.run(inputs, STAGE.params(), Context(threads=1)).outputs.trust


def test_without_a_network_the_candidate_is_scored_alone():
    found = run()
    assert [(one.mask, one.known) for one in found.masks] == [("stv-candidate", ())]
    assert found.masks[0].chance_bad is not None
    assert found.bad_dice == 0.7


def test_a_networks_mask_is_held_against_the_ftv_and_its_own_probability():
    breast = Mask(np.ones_like(TUMOR.data), TUMOR.grid)
    auto, candidate = run(stv_auto=TUMOR, prediction=report(), breast=breast).masks
    assert (auto.mask, auto.known) == ("stv-auto", ("breast", "probability", "ftv"))
    assert (candidate.mask, candidate.known) == ("stv-candidate", ("breast",))


def test_where_no_network_may_predict_its_empty_mask_is_no_failure():
    masks = run(stv_auto=EMPTY, prediction=report(networks=0)).masks
    assert [one.mask for one in masks] == ["stv-candidate"]


def test_where_a_network_found_nothing_that_is_said():
    auto, _ = run(stv_auto=EMPTY, prediction=report()).masks
    assert auto.chance_bad is None


def test_an_experts_mask_is_scored_where_it_fits_and_says_something():
    assert [one.mask for one in run(stv_expert=TUMOR).masks] == ["stv-expert", "stv-candidate"]
    assert run(stv_expert=TUMOR).masks[0].known == ("ftv",)
    for other in (EMPTY, ball(center=(12.0, 12.0, 12.0), radius=6.0, size=24)):
        assert [one.mask for one in run(stv_expert=other).masks] == ["stv-candidate"]


def test_breasts_that_nobody_knows_are_left_out():
    assert run(breast=EMPTY).masks[0].known == ()
