"""The panel on trust speaks plainly, of every input there is, and of an empty mask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breastdce.dataset.trust_table import INPUTS
from breastdce.report.panels.trust import PANEL, WORDS
from tests.unit.report.conftest import TRUST, TRUSTED


def shown(view, **changes) -> str:
    mask = {**TRUSTED, **changes}
    return str(PANEL.show(replace(view, reports={"trust": {**TRUST, "masks": [mask]}})))


def test_what_raises_the_score_is_said_and_what_lowers_it_is_not(view):
    page = shown(view)
    assert "chance of being bad 61\u2009%" in page
    assert "look at this mask first" in page
    assert "1.0 times its volume enhances as it does and was left out" in page
    assert "70 % in the early phase" not in page
    assert "the images, the mask of the breasts" in page


def test_a_mask_without_reasons_says_so(view):
    page = shown(view, chance_bad=0.05, inputs=[])
    assert "nothing unusual" in page
    assert "Nothing raises it" in page


def test_an_empty_mask_is_looked_at_first(view):
    page = shown(view, chance_bad=None, known=[], inputs=[])
    assert "look at this exam first" in page
    assert "From the images" not in page


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_has_words(view, name):
    pushed = {"name": name, "value": 0.5, "typical": 0.0, "push": 1.0}
    assert f"<li>{WORDS[name](0.5)}</li>".replace("'", "&#39;") in shown(view, inputs=[pushed])


def test_no_other_words_than_for_inputs():
    assert list(WORDS) == list(INPUTS)


def test_without_the_step_there_is_no_panel(view):
    assert not PANEL.belongs(replace(view, reports={}))
