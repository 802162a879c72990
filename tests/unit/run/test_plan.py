"""Which artifacts a step reads, and what becomes of slots that may stay empty."""

from __future__ import annotations

import sys

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.run.plan import STAGES, make_plan
from breastdce.run.recipe import Recipe, Step

LOAD, BREAST, FTV = Step(stage="load"), Step(stage="breast"), Step(stage="ftv")
FTV_NEEDS = ("native", "facts", "region", "analysis")


def plan_of(*steps):
    return make_plan(Recipe(name="mine", schema=1, step=steps))


def test_optional_slot_is_filled_where_the_artifact_is_made():
    reads = plan_of(LOAD, BREAST, FTV).steps[-1].reads
    assert reads == {slot: slot for slot in (*FTV_NEEDS, "breast")}


def test_optional_slot_stays_empty_where_nobody_makes_the_artifact():
    assert plan_of(LOAD, FTV).steps[-1].reads == {slot: slot for slot in FTV_NEEDS}


def test_optional_slot_that_is_named_must_be_made():
    with pytest.raises(RecipeError) as caught:
        plan_of(LOAD, Step(stage="ftv", reads={"breast": "chest"}))
    assert caught.value.evidence == {
        "place": "step 2 (ftv), breast",
        "why": "artifact 'chest' is not made by an earlier step",
    }


def test_optional_slot_refuses_another_type():
    with pytest.raises(RecipeError) as caught:
        plan_of(LOAD, Step(stage="ftv", reads={"breast": "native"}))
    assert caught.value.evidence["why"] == "artifact 'native' is Dynamic, Mask is needed"


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (
            Step(stage="breast", reads={"nativ": "native"}),
            "reads names no slot 'nativ'; slots are ['facts', 'native']",
        ),
        (
            Step(stage="breast", writes={"chest": "breast"}),
            "writes names no slot 'chest'; slots are ['breast', 'breast_report']",
        ),
        (Step(stage="breast", writes={"breast": "native"}), "artifact 'native' is made twice"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_with_its_place(step, why):
    with pytest.raises(RecipeError) as caught:
        plan_of(LOAD, step)
    assert caught.value.code is ErrorCode.RECIPE_INVALID
    assert caught.value.evidence == {"place": "step 2 (breast)", "why": why}


@pytest.mark.parametrize(
    ("stage", "package", "remedy"),
    [
        ("motion", "itk-elastix", "pip install 'breastdce[register]'"),
        ("n4", "numba", "pip install numba"),
    ],
)
def test_a_missing_engine_is_said_before_anything_is_read(monkeypatch, stage, package, remedy):
    STAGES.get(stage)  # from here on nothing that is installed is found
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])
    with pytest.raises(RecipeError) as caught:
        make_plan(Recipe(name="mine", schema=1, step=(Step(stage=stage),)))
    assert caught.value.code is ErrorCode.ENGINE_MISSING
    assert caught.value.evidence == {"place": f"step 1 ({stage})", "package": package}
    assert remedy in caught.value.remedy
