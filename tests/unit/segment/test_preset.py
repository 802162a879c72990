"""Presets: strict, and the constants of their sources."""

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.segment.preset import (
    ResEncParams,
    ResUNetParams,
    UniformParams,
    parse_preset,
    shipped_preset,
    shipped_presets,
)
from breastdce.segment.schedule import learning_rate


def test_three_presets_ship():
    assert shipped_presets() == ("best", "paper", "tiny")


@pytest.mark.parametrize("name", shipped_presets())
def test_preset_bears_the_name_of_its_file_and_says_what_it_is(name):
    preset = shipped_preset(name)
    assert preset.name == name
    assert preset.description
    assert preset.in_phases == ("0000", "0001", "0002")


def test_paper_has_what_the_paper_states():
    paper = shipped_preset("paper")
    assert paper.network == ResUNetParams(base=30, norm="instance", dropout=0.5)
    assert paper.sampling == UniformParams(patch=(128, 128, 128), batch=1, patches_per_exam=10)
    assert paper.loss.kind == "mcd"
    assert paper.optimizer.kind == "sgd"
    assert learning_rate(0, paper.schedule) == pytest.approx(0.01)
    lowest = min(learning_rate(epoch, paper.schedule) for epoch in range(500))
    assert lowest == pytest.approx(1e-5)  # "a minimum of 1e-3 times the initial"


def test_best_has_the_residual_encoder():
    assert isinstance(shipped_preset("best").network, ResEncParams)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("schema = 1\nname = 'x'\nepochs = 3", "epochs"),
        ("schema = 1\nname = 'x'\n[network]\nkind = 'vnet'", "vnet"),
        ("schema = 1\nname = 'x'\n[network]\nkind = 'resunet'\nbase = 0", "base"),
        ("schema = 2\nname = 'x'", "schema"),
        ("schema = 1\nname = '../x'", "name"),
        ("schema = ", "Invalid value"),
    ],
)
def test_wrong_preset_is_refused_with_its_place(text, word):
    with pytest.raises(RecipeError) as caught:
        parse_preset(text, "mine.toml")
    assert caught.value.code is ErrorCode.DEFINITION_INVALID
    assert word in str(caught.value.evidence["why"])


def test_unknown_preset_is_answered_with_the_known():
    with pytest.raises(RecipeError) as caught:
        shipped_preset("papr")
    assert "paper" in str(caught.value.evidence["known"])
