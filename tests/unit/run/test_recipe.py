"""A recipe is strict: what it does not say is complete, what it says wrongly is refused."""

from __future__ import annotations

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.run.plan import make_plan
from breastdce.run.recipe import load_recipe, parse_recipe, shipped_recipes, with_prediction

HEAD = 'name = "mine"\nschema = 1\n'


def steps(*names, **params):
    lines = [HEAD]
    for name in names:
        lines.append(f'[[step]]\nstage = "{name}"\n')
        if name in params:
            lines.append(f"params = {params[name]}\n")
    return "".join(lines)


@pytest.mark.parametrize("name", shipped_recipes())
def test_shipped_recipes_plan(name):
    plan = make_plan(load_recipe(name))
    assert plan.recipe.name == name
    assert {"native", "ftv", "normalized", "stv", "features"} <= set(plan.types)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (HEAD + "nonsense = 1\n", "nonsense"),
        (HEAD.replace("1", "2") + '[[step]]\nstage = "load"\n', "schema 2"),
        ("name = ", "Invalid"),
        (HEAD + '[[step]]\nstage = "load"\nwrite = { a = "b" }\n', "write"),
    ],
)
def test_wrong_files_are_refused_with_the_place(text, word):
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "mine.toml")
    assert caught.value.code is ErrorCode.RECIPE_INVALID
    assert word in str(caught.value.evidence["why"])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (steps("ftv"), "not made by an earlier step"),
        (steps("load", "load"), "made twice"),
        (steps("load", "n4", n4='{ feild = "shared" }'), "feild"),
        (steps("load", "n4", n4='{ field = "sometimes" }'), "sometimes"),
    ],
)
def test_wrong_wiring_and_params_are_refused_before_any_work(text, word):
    with pytest.raises(RecipeError) as caught:
        make_plan(parse_recipe(text, "mine.toml"))
    assert word in str(caught.value.evidence["why"])


def test_artifact_of_another_type_is_refused():
    text = steps("load", "zscore") + 'reads = { resampled = "native" }\n'
    with pytest.raises(RecipeError, match="wrong"):
        make_plan(parse_recipe(text, "mine.toml"))


def test_misspelled_stage_names_the_nearest():
    with pytest.raises(RecipeError) as caught:
        make_plan(parse_recipe(steps("zcore"), "mine.toml"))
    assert "zscore" in caught.value.remedy


def test_unknown_recipe_lists_the_known():
    with pytest.raises(RecipeError) as caught:
        load_recipe("ispy2")
    assert "ispy1" in str(caught.value.evidence["known"])


def test_a_network_is_told_where_the_breasts_are_and_no_other_step_is():
    plain = [step.stage for step in load_recipe("ispy1").step]
    asked = [step.stage for step in with_prediction(load_recipe("ispy1")).step]
    assert plain[-2:] == ["radiomics", "trust"]
    assert asked == [*plain[:-2], "breast", "predict", "radiomics", "trust"]
    best = with_prediction(load_recipe("best"))
    assert [step.stage for step in best.step].count("breast") == 1
    assert with_prediction(best) is best
