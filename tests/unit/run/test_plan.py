"""Which artifacts a step reads, and what becomes of slots that may stay empty."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.core.params import NoParams
from breastdce.run import plan as planner
from breastdce.run.plan import make_plan
from breastdce.run.recipe import Recipe, Step
from breastdce.stages._contract import Result, Stage


class Nothing(NamedTuple):
    pass


class Number(NamedTuple):
    number: int


class Maybe(NamedTuple):
    number: int | None = None


class Text(NamedTuple):
    text: str


def made(name, inputs, outputs):
    return Stage(name, 1, inputs, NoParams, outputs, lambda *_: Result(Nothing()), lambda _: "")


STAGES = {
    "number": made("number", Nothing, Number),
    "text": made("text", Nothing, Text),
    "reader": made("reader", Maybe, Nothing),
}


@pytest.fixture(autouse=True)
def stages(monkeypatch):
    monkeypatch.setattr(planner, "STAGES", STAGES)


def plan_of(*steps):
    return make_plan(Recipe(name="mine", schema=1, step=steps))


def test_optional_slot_is_filled_where_the_artifact_is_made():
    plan = plan_of(Step(stage="number"), Step(stage="reader"))
    assert plan.steps[-1].reads == {"number": "number"}


def test_optional_slot_stays_empty_where_nobody_makes_the_artifact():
    assert plan_of(Step(stage="reader")).steps[-1].reads == {}


def test_optional_slot_that_is_named_must_be_made():
    with pytest.raises(RecipeError) as caught:
        plan_of(Step(stage="reader", reads={"number": "count"}))
    assert "not made by an earlier step" in str(caught.value.evidence["why"])


def test_optional_slot_refuses_another_type():
    with pytest.raises(RecipeError) as caught:
        plan_of(Step(stage="text"), Step(stage="reader", reads={"number": "text"}))
    assert "str, int is needed" in str(caught.value.evidence["why"])


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Step(stage="text", reads={"nunber": "x"}), "reads names no slot 'nunber'; slots are []"),
        (Step(stage="text", writes={"t": "x"}), "writes names no slot 't'; slots are ['text']"),
        (Step(stage="number"), "artifact 'number' is made twice"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_with_its_place(step, why):
    with pytest.raises(RecipeError) as caught:
        plan_of(Step(stage="number"), step)
    assert caught.value.code is ErrorCode.RECIPE_INVALID
    assert caught.value.evidence == {"place": f"step 2 ({step.stage})", "why": why}


def test_a_missing_engine_is_said_before_anything_is_read(monkeypatch):
    stages = {"far": replace(made("far", Nothing, Number), engines=lambda _: ("no-such-engine",))}
    monkeypatch.setattr(planner, "STAGES", stages)
    with pytest.raises(RecipeError) as caught:
        make_plan(Recipe(name="r", schema=1, step=(Step(stage="far"),)))
    assert caught.value.code is ErrorCode.ENGINE_MISSING
    assert caught.value.evidence == {"place": "step 1 (far)", "package": "no-such-engine"}
    assert "no-such-engine" in caught.value.remedy
