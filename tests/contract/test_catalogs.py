"""A folder is a registry: every file in it keeps its contract."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest

from breastdce.core.errors import RecipeError
from breastdce.run.plan import STAGES


@pytest.mark.parametrize("name", STAGES.names())
def test_stage_has_default_params_typed_slots_and_words(name):
    stage = STAGES.get(name)
    params = stage.params()
    assert get_type_hints(stage.inputs)
    assert get_type_hints(stage.outputs)
    assert stage.version >= 1
    sentence = stage.methods(params)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert inspect.getdoc(inspect.getmodule(stage.run))


@pytest.mark.parametrize("name", STAGES.names())
def test_stage_params_say_what_they_are(name):
    assert inspect.getdoc(STAGES.get(name).params)


def test_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(RecipeError) as caught:
        STAGES.get("zscor")
    assert "zscore" in caught.value.remedy
